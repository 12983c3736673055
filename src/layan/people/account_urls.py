"""The addresses of sign-in that are in use here: no sign-up, no e-mail, no reset by e-mail."""

from allauth.account import views as account
from allauth.socialaccount import views as social
from django.urls import include, path

from layan.people import agency_sign_in

urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/", account.password_change, name="account_change_password"),
    path("two-step/", include("allauth.mfa.urls")),
    path("agency/cancelled/", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("agency/error/", social.login_error, name="socialaccount_login_error"),
    path("oidc/<str:provider_id>/login/", agency_sign_in.login, name="openid_connect_login"),
    path("oidc/<str:provider_id>/login/callback/", agency_sign_in.callback, name="openid_connect_callback"),
]
