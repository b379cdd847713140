// Words and figures that several tabs say alike.
export const clock = (seconds) => {
  const days = Math.floor(seconds / 86400);
  const rest = ((seconds % 86400) + 86400) % 86400;
  const two = (n) => String(Math.floor(n)).padStart(2, "0");
  return `${days > 0 ? `+${days} ` : ""}${two(rest / 3600)}:${two((rest % 3600) / 60)}`;
};

export const fill = (text, facts) => text.replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "");

export function breachText(texts, breach) {
  const facts = {
    ...breach.facts,
    ...breach,
    minutes: Math.ceil(breach.by / 60),
    stop: breach.stop || breach.facts.place || "",
  };
  return fill(texts.breaches[breach.code] || texts.breaches["other-rule"], facts).trim();
}
