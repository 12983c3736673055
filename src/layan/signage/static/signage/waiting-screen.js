// A display that shows a code: asks every three seconds whether it was typed. For browsers of any age.
(function () {
  var ASK_MS = 3000;
  var LATER_MS = 60000;
  var waits = document.body.hasAttribute("data-waits");

  function again() {
    setTimeout(ask, waits ? ASK_MS : LATER_MS);
  }

  function away(isAway) {
    var line = document.getElementById("away");
    if (isAway) line.removeAttribute("hidden");
    else line.setAttribute("hidden", "");
  }

  function ask() {
    var request = new XMLHttpRequest();
    request.open("GET", "/screen/code");
    request.timeout = 10000;
    request.onload = function () {
      var state = null;
      try {
        state = request.status === 200 ? JSON.parse(request.responseText).state : null;
      } catch (wrong) {
        state = null;
      }
      away(state === null);
      // Only while the server answers: a page that is loaded in vain would stay a browser's error page.
      if (state === "paired" || state === "expired") location.reload();
      else again();
    };
    request.onerror = request.ontimeout = function () {
      away(true);
      again();
    };
    request.send();
  }

  again();
})();
