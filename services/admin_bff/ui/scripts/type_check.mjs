/**
 * Type-checks the pages with the client of one API after the other, in one process that reads everything once.
 *
 * In: a JSON list of `{ description, mentioning }`; with `mentioning`, only the files with that word are checked.
 * Out: a JSON list of the messages for each.
 */
import { text } from "node:stream/consumers";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";

const folder = new URL("..", import.meta.url).pathname;
const CLIENT = `${folder}src/api/schema.d.ts`;
const DESCRIPTION = `${folder}openapi.json`;

const { fileNames, options } = ts.parseJsonConfigFileContent(
  ts.readConfigFile(`${folder}tsconfig.json`, ts.sys.readFile).config,
  ts.sys,
  folder,
);
const read = new Map();

/** Files as they are but for these; the others are parsed once for all programs. */
function hostWith(files) {
  const host = ts.createCompilerHost(options);
  const { fileExists, getSourceFile, readFile } = host;
  host.fileExists = (name) => name in files || fileExists(name);
  host.readFile = (name) => files[name] ?? readFile(name);
  host.getSourceFile = (name, ...how) => {
    if (name in files) return getSourceFile(name, ...how);
    if (!read.has(name)) read.set(name, getSourceFile(name, ...how));
    return read.get(name);
  };
  return host;
}

async function check({ description, mentioning }) {
  const files = { [CLIENT]: astToString(await openapiTS(description)), [DESCRIPTION]: JSON.stringify(description) };
  const program = ts.createProgram([...new Set([...fileNames, CLIENT])], options, hostWith(files));
  const checked = mentioning
    ? program
        .getSourceFiles()
        .filter((file) => file.fileName.startsWith(`${folder}src`) && file.text.includes(mentioning))
    : [undefined];
  const found = checked.flatMap((file) => [
    ...program.getSyntacticDiagnostics(file),
    ...program.getSemanticDiagnostics(file),
  ]);
  return [...program.getOptionsDiagnostics(), ...program.getGlobalDiagnostics(), ...found].map(
    ({ file, messageText }) => `${file?.fileName ?? ""}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`,
  );
}

const messages = [];
for (const each of JSON.parse(await text(process.stdin))) messages.push(await check(each));
process.stdout.write(JSON.stringify(messages));
