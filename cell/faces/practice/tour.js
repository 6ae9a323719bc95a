// Points out what is what on a page, one thing after the other. The page's own keys work meanwhile.
const cellTour = (() => {
  let told = null;
  let at = 0;
  let ring = null;
  let card = null;
  const stops = () => told.stops.filter((one) => document.querySelector(one.at));
  const make = (name, parent, classes) => {
    const made = document.createElement(name);
    made.className = classes;
    parent.append(made);
    return made;
  };
  const end = () => {
    removeEventListener("resize", draw);
    removeEventListener("keydown", key);
    ring?.remove();
    card?.remove();
    ring = card = told = null;
    emitEvent("toured");
  };
  const key = (event) => {
    if (event.key === "Escape") end();
  };
  const step = () => {
    at += 1;
    at < stops().length ? draw(true) : end();
  };
  const draw = (focus) => {
    const here = stops();
    if (!here.length) return end();
    const stop = here[Math.min(at, here.length - 1)];
    const box = document.querySelector(stop.at).getBoundingClientRect();
    Object.assign(ring.style, {
      left: `${box.left - 4}px`, top: `${box.top - 4}px`,
      width: `${box.width + 8}px`, height: `${box.height + 8}px`,
    });
    card.replaceChildren();
    make("h2", card, "tour-title").textContent = stop.title;
    card.setAttribute("aria-label", stop.title);
    make("p", card, "tour-text").textContent = stop.text;
    const row = make("div", card, "tour-keys");
    make("span", row, "tour-count").textContent = `${at + 1} / ${here.length}`;
    const last = at + 1 >= here.length;
    const button = (words, test, act, classes) => {
      const made = make("button", row, `tour-key ${classes}`);
      made.type = "button";
      made.textContent = words;
      made.dataset.test = test;
      made.onclick = act;
      return made;
    };
    if (!last) button(told.words.skip, "tour-skip", end, "");
    const next = button(last ? told.words.end : told.words.next, "tour-next", step, "tour-go");
    if (focus === true) next.focus();
    // Beside what is pointed at, where there is room; never over it.
    const own = card.getBoundingClientRect();
    const gap = 14;
    const places = [
      [box.left + box.width / 2 - own.width / 2, box.bottom + gap],
      [box.left + box.width / 2 - own.width / 2, box.top - gap - own.height],
      [box.right + gap, box.top + box.height / 2 - own.height / 2],
      [box.left - gap - own.width, box.top + box.height / 2 - own.height / 2],
    ];
    const fits = ([x, y], n) => (n < 2 ? y >= 0 && y + own.height <= innerHeight
      : x >= 0 && x + own.width <= innerWidth);
    const [x, y] = places.find(fits) ?? places[0];
    card.style.left = `${Math.min(Math.max(8, x), innerWidth - own.width - 8)}px`;
    card.style.top = `${Math.min(Math.max(8, y), innerHeight - own.height - 8)}px`;
  };
  return {
    begin(words) {
      if (told) return;
      told = words;
      at = 0;
      ring = make("div", document.body, "tour-ring");
      card = make("div", document.body, "tour-card");
      card.setAttribute("role", "dialog");
      card.setAttribute("aria-live", "polite");
      card.dataset.test = "tour";
      addEventListener("resize", draw);
      addEventListener("keydown", key);
      draw(true);
    },
    say(words) {
      if (!told) return;
      told = words;
      draw(false);
    },
  };
})();
