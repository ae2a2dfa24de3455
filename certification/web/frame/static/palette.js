// Ctrl+K, or "/" outside of fields: pages, actions and people by a few letters, over any page. It shows what the page
// behind the link says; without script that page is all there is.
(() => {
  const link = document.getElementById("tim-nhanh");
  if (!link || !window.HTMLDialogElement) return;
  const said = link.dataset;
  let dialog, field, list, told, timer, asked = 0, at = -1;

  const made = (name, attributes, ...inside) => {
    const one = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, value);
    one.append(...inside);
    return one;
  };
  const options = () => [...list.querySelectorAll("[role=option]")];

  function build() {
    field = made("input", { type: "text", id: "tim-o", role: "combobox", "aria-expanded": "true", "aria-controls": "tim-ds", "aria-autocomplete": "list", "aria-label": said.label, placeholder: said.label, autocomplete: "off", spellcheck: "false" });
    list = made("div", { id: "tim-ds", role: "listbox", "aria-label": said.label });
    told = made("p", { role: "status" });
    dialog = made("dialog", { class: "palette", "aria-label": link.textContent.trim() }, field, list, told);
    document.body.append(dialog);
    field.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(look, 120); });
    field.addEventListener("keydown", keys);
    list.addEventListener("click", (event) => go(event.target.closest("[role=option]")));
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  }

  function open() {
    if (!dialog) build();
    if (dialog.open) { dialog.close(); return; }
    field.value = "";
    dialog.showModal();
    field.focus();
    look();
  }

  async function look() {
    const mine = ++asked;
    let answer;
    try { answer = await fetch(`${link.pathname}?tim=${encodeURIComponent(field.value)}`); } catch { told.textContent = said.offline; return; }
    if (mine !== asked) return;
    if (!answer.ok || new URL(answer.url).pathname !== link.pathname) { location.href = link.href; return; }
    const found = new DOMParser().parseFromString(await answer.text(), "text/html").querySelectorAll("#ket-qua-tim h2");
    list.replaceChildren(...[...found].map(group));
    mark(options().length ? 0 : -1);
    told.textContent = options().length ? "" : said.none;
  }

  function group(heading, place) {
    const hits = [...heading.nextElementSibling.querySelectorAll("a")].map((hit, nth) => {
      const hint = hit.parentElement.querySelector("small");
      return made("div", { role: "option", id: `tim-${place}-${nth}`, "data-to": hit.getAttribute("href"), "aria-selected": "false" }, hit.textContent, ...(hint ? [" ", made("small", {}, hint.textContent)] : []));
    });
    return made("div", { role: "group", "aria-label": heading.textContent }, made("p", { "aria-hidden": "true" }, heading.textContent), ...hits);
  }

  function mark(place) {
    at = place;
    for (const [nth, one] of options().entries()) {
      one.setAttribute("aria-selected", String(nth === at));
      if (nth === at) { field.setAttribute("aria-activedescendant", one.id); one.scrollIntoView({ block: "nearest" }); }
    }
    if (at < 0) field.removeAttribute("aria-activedescendant");
  }

  function keys(event) {
    const many = options().length;
    if (event.isComposing) return;
    if (event.key === "ArrowDown" && many) mark((at + 1) % many);
    else if (event.key === "ArrowUp" && many) mark((at - 1 + many) % many);
    else if (event.key === "Enter") go(options()[at]);
    else return;
    event.preventDefault();
  }

  const go = (one) => { if (one) location.href = one.dataset.to; };

  link.addEventListener("click", (event) => { if (!event.ctrlKey && !event.metaKey && !event.shiftKey) { event.preventDefault(); open(); } });
  document.addEventListener("keydown", (event) => {
    const on = event.target;
    const types = on.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(on.tagName);
    const wanted = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k";
    const slash = event.key === "/" && !types && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (wanted || slash) { event.preventDefault(); open(); }
  });
})();
