// The PIN pad, the badge reader and the wait after too many misses. A name and a password need none of it.
(() => {
  const main = document.querySelector("main");
  const pin = document.getElementById("pin");
  const badge = document.getElementById("badge");

  // Whoever comes by a link of another site sends no cookie along: ask again from here. Not where the
  // first account is made: the demo's operator is signed in there.
  const signing = !document.querySelector("[data-test=first-admin]");
  if (signing) fetch("/sign-in/me").then(answer => answer.json()).then(me => {
    if (me.signed_in) location.replace(main.dataset.next);
  }).catch(() => {});

  const wait = Number(main.dataset.wait);
  if (wait > 0) {
    const end = performance.now() + wait * 1000;
    const keys = [...document.querySelectorAll("form button, .name")];
    keys.forEach(key => { key.disabled = true; });
    const shown = document.querySelector("[data-seconds]");
    const timer = setInterval(() => {
      const left = Math.ceil((end - performance.now()) / 1000);
      shown.textContent = Math.max(0, left);
      if (left > 0) return;
      clearInterval(timer);
      keys.forEach(key => { key.disabled = false; });
      document.querySelectorAll(".trouble").forEach(line => line.remove());
    }, 250);
  }

  if (pin) {
    const panel = document.getElementById("panel");
    const others = [panel.querySelector("h2"), panel.querySelector(".names"), panel.querySelector(".hint")];
    const field = pin.elements.secret;
    const choose = (name, words) => {
      pin.elements.name.value = name;
      pin.querySelector("[data-shown]").textContent = words;
      field.value = "";
      pin.hidden = false;
      others.forEach(one => { one.hidden = true; });
      field.focus();
    };
    panel.querySelectorAll("[data-name]").forEach(key => {
      key.addEventListener("click", () => choose(key.dataset.name, key.textContent));
      if (key.dataset.name === pin.dataset.chosen) choose(key.dataset.name, key.textContent);
    });
    pin.querySelectorAll("[data-digit]").forEach(key => {
      key.addEventListener("click", () => { field.value += key.dataset.digit; });
    });
    pin.querySelector("[data-back]").addEventListener("click", () => { field.value = field.value.slice(0, -1); });
    pin.querySelector("[data-others]").addEventListener("click", () => {
      pin.hidden = true;
      others.forEach(one => { one.hidden = false; });
    });
  }

  // A badge reader types like a keyboard, only faster than any hand, and ends with Enter.
  const FAST_MS = 60;
  const LEAST = 6;
  let typed = "";
  let before = "";
  let last = -Infinity;
  document.addEventListener("keydown", event => {
    // When the key was struck, not when this page came to it: on a busy computer it comes to all at once.
    const now = event.timeStamp;
    if (now - last > FAST_MS) {
      typed = "";
      before = event.target.value ?? "";
    }
    last = now;
    if (event.key.length === 1 && !event.ctrlKey && !event.altKey && !event.metaKey) typed += event.key;
    if (event.key !== "Enter" || typed.length < LEAST || !badge) return;
    event.preventDefault();
    if (event.target instanceof HTMLInputElement) event.target.value = before;
    badge.elements.secret.value = typed;
    typed = "";
    badge.submit();
  }, true);
})();
