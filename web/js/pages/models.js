// The registered models: versions, and every move of an alias.

import { get, list } from "../core/api.js";
import { integer, short } from "../core/fmt.js";
import { h } from "../core/html.js";
import { mono, moment, pill } from "../kit/cells.js";
import { copyChip } from "../kit/copy.js";
import { listPage } from "./list-page.js";

/** No more models than this are opened to their versions. */
const MOST = 50;

const key = ({ model, version }) => `${model}@${version}`;
const version = (number) => (number === null ? "–" : `v${number}`);

const VERSIONS = [
  { name: "Version", value: key, cell: (item) => mono(key(item)) },
  { name: "Alias", value: (item) => item.aliases.join(" "), cell: (item) => h("span", { class: "pills" }, item.aliases.map(pill)) },
  { name: "Run", value: (item) => item.run_id, cell: (item) => (item.run_id ? copyChip(short(item.run_id), item.run_id, "Run") : "–") },
  { name: "Made", down: true, value: (item) => item.created_at, cell: (item) => moment(item.created_at) },
];

const MOVES = [
  { name: "At", down: true, value: (move) => move.at, cell: (move) => moment(move.at) },
  { name: "Model", value: (move) => move.model, cell: (move) => mono(move.model) },
  { name: "Alias", value: (move) => move.alias },
  { name: "From", number: true, value: (move) => move.from, cell: (move) => version(move.from) },
  { name: "To", number: true, value: (move) => move.to, cell: (move) => version(move.to) },
  { name: "By", value: (move) => move.actor },
  { name: "Reason", value: (move) => move.reason, cell: (move) => h("span", { class: "wrapped" }, move.reason) },
];

async function read(signal) {
  const { items, complete } = await list("models", { signal });
  const models = await Promise.all(items.slice(0, MOST).map(({ name }) => get(`models/${encodeURIComponent(name)}`, { signal })));
  const of = (name) => models.flatMap((model) => model[name].map((item) => ({ ...item, model: model.name })));
  const whole = complete && items.length <= MOST;
  return [
    { label: `Versions of ${integer(items.length)} model${items.length === 1 ? "" : "s"}`, keyOf: key, columns: VERSIONS, items: of("versions"), complete: whole },
    { label: "Moves of aliases", keyOf: (move) => `${move.model} ${move.alias} ${move.at} ${move.to}`, columns: MOVES, items: of("alias_history"), complete: whole },
  ];
}

export const open = listPage({
  title: "Models",
  lead: "Registered versions. An alias points at the one in use; every move of it is kept, with who moved it and why.",
  read,
  nothing: {
    title: "No models yet",
    text: "A model appears here when a run registers one. The stock mlflow client does it.",
    command: "mlflow.register_model(\"runs:/<run id>/model\", \"rain\")",
  },
});
