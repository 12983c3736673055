// For televisions whose browser knows no modules: the whole page again, every ten seconds.
setTimeout(function () {
  location.reload();
}, 10000);
