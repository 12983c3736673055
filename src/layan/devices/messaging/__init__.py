"""Makes of carriers behind the protocol `layan.messaging.api.Carrier`: e-mail, a signed HTTP gateway, and none."""
