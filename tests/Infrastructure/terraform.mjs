// Reads Terraform modules as JSON, and what the providers' schemas say of the types that they use, as the bindings of CDK carry them.
//   node terraform.mjs FOLDER...    prints { folders: [{ PATH: JSON }], schemas: { TYPE: SCHEMA } }, the folders in their order
// A schema is { attributes: { NAME: { required, kind, of } }, blocks: { BLOCK: { NAME: ... } }, read: [NAME] }: kind is string, number,
// bool, list, map or block; of names a block's attributes; read are the names that can be referred to.
import { readFileSync, readdirSync, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const { parse } = require('@cdktf/hcl2json');

const providers = { azurerm: '@cdktn/provider-azurerm', azuread: '@cdktf/provider-azuread' };

const parsed = new Map();
const folders = [];
for (const folder of process.argv.slice(2)) {
  const files = {};
  for (const path of readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.tf')).sort())
    files[path] = await parsedOnce(path, readFileSync(join(folder, path), 'utf8'));
  folders.push(files);
}

const used = new Set(['azurerm', 'azuread']);
for (const file of folders.flatMap((files) => Object.values(files))) {
  for (const type of Object.keys(file.resource ?? {})) used.add(type);
  for (const type of Object.keys(file.data ?? {})) used.add(`data.${type}`);
}
const schemas = {};
for (const name of used) {
  const schema = schemaOf(name);
  if (schema) schemas[name] = schema;
}
process.stdout.write(JSON.stringify({ folders, schemas }));

/** Most files of several folders are the same. */
async function parsedOnce(path, text) {
  if (!parsed.has(text)) parsed.set(text, await parse(path, text));
  return parsed.get(text);
}

/** Null: the provider has no such type. */
function schemaOf(name) {
  const isData = name.startsWith('data.');
  const type = isData ? name.slice('data.'.length) : name;
  const provider = type.split('_')[0];
  const library = providers[provider] && join(packageFolder(providers[provider]), 'lib');
  const module = type === provider ? 'provider' : `${isData ? 'data-' : ''}${type.replaceAll('_', '-').replace(isData ? /^/ : `${provider}-`, '')}`;
  const path = library && join(library, module, 'index.d.ts');
  return path && existsSync(path) ? read(readFileSync(path, 'utf8')) : null;
}

function packageFolder(name) {
  return dirname(require.resolve(`${name}/package.json`));
}

function read(text) {
  const blocks = {};
  for (const [, name, body] of text.matchAll(/^export interface (\w+)[^{]*\{\n([\s\S]*?)^\}/gm)) blocks[name] = attributesIn(body);
  const root = Object.keys(blocks).find((name) => new RegExp(`^export interface ${name} extends cdkt\\w\\.Terraform`, 'm').test(text))
    ?? Object.keys(blocks).find((name) => name.endsWith('Config') || name.endsWith('ProviderConfig'));
  const main = text.slice(text.search(/^export declare class \w+ extends cdkt\w\.Terraform/m));
  const getters = [...main.matchAll(/^    get (\w+)\(\)/gm)].map(([, name]) => snake(name)).filter((name) => !name.endsWith('_input'));
  return { attributes: blocks[root], blocks, read: [...new Set([...getters, 'id'])] };
}

function attributesIn(body) {
  const attributes = {};
  for (const [, name, optional, type] of body.matchAll(/#(\w+) [^}]*\}[\s\S]*?readonly \w+(\??): ([^;]*);/g))
    attributes[name] = { required: optional === '', ...kindOf(type.trim()) };
  return attributes;
}

function kindOf(type) {
  const plain = type.replace(/ \| cdkt\w\.IResolvable/g, '').trim();
  if (plain.startsWith('{')) return { kind: 'map' };
  if (plain === 'string[]' || plain === 'number[]') return { kind: 'list' };
  if (plain === 'string' || plain === 'number') return { kind: plain };
  if (plain === 'boolean') return { kind: 'bool' };
  return { kind: 'block', of: plain.replace('[]', '') };
}

function snake(name) {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
}
