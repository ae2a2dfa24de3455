// What somebody who listens to a page would stumble over, each in a sentence (docs/accessibility.md).
() => {
  const found = [], main = document.querySelector("main") || document.body;
  const text = (node) => {
    if (node.nodeType === 3) return node.data;
    if (node.nodeType !== 1 || node.hidden || node.getAttribute("aria-hidden") === "true") return "";
    return node.getAttribute("aria-label") || node.alt || [...node.childNodes].map(text).join("");
  };
  const named = (one) => text(one).replace(/\s+/g, " ").trim();

  // A page and a choice on it (the same address, asked for something) may have one name.
  const places = new Map();
  for (const link of main.querySelectorAll("a[href]")) places.set(named(link), (places.get(named(link)) || new Set()).add(link.href));
  for (const [name, all] of places) {
    const whole = new Set([...all].filter((one) => !one.includes("?")));
    const apart = new Set([...all].map((one) => (whole.has(one.split("?")[0]) ? one.split("?")[0] : one)));
    if (apart.size > 1) found.push(`links called "${name}" lead to ${[...apart].slice(0, 3).join(" and ")}`);
  }
  const acts = [...main.querySelectorAll("form.act button")].filter((one) => one.checkVisibility()).map(named);
  for (const name of new Set(acts)) if (acts.indexOf(name) !== acts.lastIndexOf(name)) found.push(`several buttons called "${name}"`);

  for (const said of document.querySelectorAll(".field .hint, p.fault")) {
    if (!said.id || !document.querySelector(`[aria-describedby~="${CSS.escape(said.id)}"]`)) found.push(`said of no field: ${named(said)}`);
  }
  for (const field of document.querySelectorAll("[aria-describedby]")) {
    for (const id of field.getAttribute("aria-describedby").split(/\s+/)) {
      if (id && !document.getElementById(id)) found.push(`${field.id} is described by ${id}, which is not there`);
    }
  }
  for (const drawn of document.querySelectorAll("svg")) {
    if (!drawn.closest("[aria-hidden=true], [role=img]")) found.push(`a drawing that says nothing: ${drawn.outerHTML.slice(0, 80)}`);
  }
  for (const nav of document.querySelectorAll("nav")) {
    if (!nav.getAttribute("aria-label") && !nav.getAttribute("aria-labelledby")) found.push(`a navigation without a name: ${named(nav)}`);
  }
  for (const table of document.querySelectorAll("table")) {
    const rows = table.querySelectorAll("tbody tr").length;
    if (rows && !table.querySelector("tbody th[scope=row], tbody input")) found.push(`rows without heads: ${named(table).slice(0, 60)}`);
    if (table.querySelector("th:not([scope])")) found.push(`a head of nothing: ${named(table.querySelector("th:not([scope])"))}`);
  }

  // A region that is fetched together with its words is silent: what changes is said by one that stays.
  const stays = document.querySelector("#noi-len[role=status]");
  for (const part of document.querySelectorAll("[hx-get]")) {
    const target = document.querySelector(part.getAttribute("hx-target")) || part;
    const live = [target, ...target.querySelectorAll("[aria-live], [role=status]")].filter((one) => one.matches("[aria-live], [role=status]"));
    if (live.some(named)) found.push(`a live region comes with its words: #${target.id}`);
    if (!stays || target.contains(stays)) found.push(`nobody hears what becomes of #${target.id}`);
  }
  return found;
}
