const SVG = "http://www.w3.org/2000/svg";
const SHAPES = {
  play: "M7 4.5v15l12-7.5z",
  pause: "M8 5v14M16 5v14",
  undo: "M9 14 4 9l5-5M4 9h9.5a6.5 6.5 0 0 1 0 13H11",
  redo: "m15 14 5-5-5-5m5 5h-9.5a6.5 6.5 0 0 0 0 13H13",
  back: "M15 5l-7 7 7 7",
  forth: "M9 5l7 7-7 7",
  up: "M12 19V5m0 0-6 6m6-6 6 6",
  down: "M12 5v14m0 0-6-6m6 6 6-6",
  remove: "M4 7h16M9 7V4h6v3M6.5 7l1 13h9l1-13M10 11v5M14 11v5",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  file: "M12 3v12m0 0-5-5m5 5 5-5M4 20h16",
  help: "M9.1 9a3 3 0 1 1 4.5 2.6c-.9.6-1.6 1.1-1.6 2.4M12 17.5v.2",
  check: "M4.5 12.5 10 18 19.5 7",
  close: "M6 6l12 12M18 6 6 18",
  again: "M20 5v5h-5M4 19v-5h5M5.5 9a7.5 7.5 0 0 1 12.6-2.4L20 10M4 14l1.9 3.4A7.5 7.5 0 0 0 18.5 15",
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16.2 16.2 21 21",
  send: "M4 12 20 4l-5 16-3.5-6.5z",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  muted: "M4 9.5v5h3.5L12 19V5L7.5 9.5zM16 9.5l5 5m0-5-5 5",
  music: "M9 18V6l11-2v12M9 18a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0zM20 16a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0z",
  text: "M5 6V4h14v2M12 4v16M9 20h6",
  film: "M4 5h16v14H4zM8 5v14M16 5v14M4 9.5h4M4 14.5h4M16 9.5h4M16 14.5h4",
};

/**
 * An element with its properties and children. Text is always text: names of files are anybody's.
 * `on` holds listeners, `data` the data attributes, `style` CSS properties; the rest are attributes.
 */
export function el(tag, properties = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const made = document.createElement(name || "div");
  made.classList.add(...classes);
  for (const [key, value] of Object.entries(properties)) applyProperty(made, key, value);
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

function applyProperty(made, key, value) {
  if (value === undefined || value === null || value === false) return;
  if (key === "on") for (const [event, listener] of Object.entries(value)) made.addEventListener(event, listener);
  else if (key === "data") Object.assign(made.dataset, value);
  else if (key === "style") for (const [name, each] of Object.entries(value)) made.style.setProperty(name, each);
  else if (!/^on/i.test(key)) made.setAttribute(key, value === true ? "" : String(value));
}

export function icon(name) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 24 24");
  drawing.setAttribute("aria-hidden", "true");
  drawing.classList.add("icon", `icon-${name}`);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", SHAPES[name]);
  drawing.append(path);
  return drawing;
}

/** A button with a name for everybody: shown as its words, or as a hint where it is a picture only. */
export function button(label, { picture, bare = false, press, key, off = false, kind = "", more = {} } = {}) {
  const shown = bare ? [] : [el("span", {}, label)];
  const made = el(
    "button",
    {
      type: "button",
      "aria-label": bare ? label : undefined,
      title: bare ? label : undefined,
      "aria-disabled": off ? "true" : undefined,
      data: key ? { key } : undefined,
      ...more,
    },
    picture ? icon(picture) : null,
    ...shown,
  );
  made.className = ["button", bare ? "bare" : "", kind].filter(Boolean).join(" ");
  made.addEventListener("click", (event) => {
    event.stopPropagation();
    if (made.getAttribute("aria-disabled") !== "true") press?.(event);
  });
  return made;
}

/** Put new children into a place; the focus stays on the element with the same key. */
export function redraw(place, ...children) {
  const held = place.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  place.replaceChildren(...children.flat().filter(Boolean));
  if (held === undefined) return;
  const next = [...place.querySelectorAll("[data-key]")].find((each) => each.dataset.key === held);
  next?.focus({ preventScroll: true });
}
