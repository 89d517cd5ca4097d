// A TypeScript client: goes through what a host does and prints what it met as JSON.
// node client.mjs '{"packages": FOLDER, "sdk": 1 | 2, "server": {"url"} | {"command", "args"}, "clip", "wrong": [[tool, arguments]]}'
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const plan = JSON.parse(process.argv[2]);
const PATIENCE_MS = 20_000;
const load = (...path) => import(pathToFileURL(join(plan.packages, '@modelcontextprotocol', ...path)).href);
const updates = new EventEmitter();
const about = { name: 'typescript-peer', version: '1.0.0' };

async function first() {
  const { Client } = await load('sdk', 'dist', 'esm', 'client', 'index.js');
  const { StdioClientTransport } = await load('sdk', 'dist', 'esm', 'client', 'stdio.js');
  const { StreamableHTTPClientTransport } = await load('sdk', 'dist', 'esm', 'client', 'streamableHttp.js');
  const { ResourceUpdatedNotificationSchema } = await load('sdk', 'dist', 'esm', 'types.js');
  const client = new Client(about);
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, told);
  return { client, StdioClientTransport, StreamableHTTPClientTransport };
}

async function second() {
  const { Client, StreamableHTTPClientTransport } = await load('client', 'dist', 'index.mjs');
  const { StdioClientTransport } = await load('client', 'dist', 'stdio.mjs');
  const client = new Client(about, { versionNegotiation: { mode: 'auto' } });
  client.setNotificationHandler('notifications/resources/updated', told);
  return { client, StdioClientTransport, StreamableHTTPClientTransport };
}

function told(notification) {
  updates.emit(notification.params.uri);
}

function textOf(result) {
  return result.content.filter((block) => block.type === 'text').map((block) => block.text).join('\n');
}

async function tried(work) {
  try {
    return await work();
  } catch (error) {
    return { threw: `${error.name}: ${error.message}`, code: error.code };
  }
}

async function call(client, name, given) {
  const result = await client.callTool({ name, arguments: given });
  return { isError: result.isError === true, text: textOf(result), structured: result.structuredContent };
}

async function watch(client, uri) {
  if (plan.sdk === 1) return client.subscribeResource({ uri });
  return client.listen({ resourceSubscriptions: [uri] });
}

async function visit(client) {
  const seen = {};
  const tools = (await client.listTools()).tools;
  seen.tools = tools.map((tool) => tool.name);
  seen.resources = (await client.listResources()).resources.map((resource) => resource.uri);
  seen.templates = (await client.listResourceTemplates()).resourceTemplates.map((each) => each.uriTemplate);
  const prompts = (await client.listPrompts()).prompts;
  seen.prompts = prompts.map((prompt) => prompt.name);
  seen.wrong = [];
  for (const [tool, given] of plan.wrong) {
    seen.wrong.push({ tool, given, ...(await tried(() => call(client, tool, given))) });
  }
  seen.upload = await call(client, 'upload', { sources: [plan.clip], new_session: true });
  const session_id = seen.upload.structured.session_id;
  const timeline = `timeline://${session_id}`;
  const subscription = await watch(client, timeline);
  const update = once(updates, timeline, { signal: AbortSignal.timeout(PATIENCE_MS) });
  seen.edit = await call(client, 'edit', { session_id, operations: [{ op: 'keep', ranges_ms: [[0, 2000]] }] });
  seen.updated = await tried(async () => (await update).length === 0);
  await (plan.sdk === 1 ? client.unsubscribeResource({ uri: timeline }) : subscription.close());
  for (const [tool, given] of [['get_state', { session_id }], ['preview', { session_id }], ['credits', {}]]) {
    seen[tool] = await call(client, tool, given);
  }
  seen.read = {};
  for (const uri of [...seen.resources, timeline, `draft://${session_id}`]) {
    seen.read[uri] = (await client.readResource({ uri })).contents[0].text.length;
  }
  seen.nowhere = await tried(() => client.readResource({ uri: 'timeline://ses_nobody' }));
  const given = { iterate: { session_id }, quick_edit: { sources: plan.clip }, batch: { sources: plan.clip } };
  seen.got = {};
  for (const { name } of prompts) {
    seen.got[name] = (await client.getPrompt({ name, arguments: given[name] })).messages.length;
  }
  seen.noPrompt = await tried(() => client.getPrompt({ name: 'nonsense' }));
  seen.noArgument = await tried(() => client.getPrompt({ name: 'quick_edit', arguments: {} }));
  const argument = { name: 'session_id', value: session_id.slice(0, 6) };
  const prompted = await client.complete({ ref: { type: 'ref/prompt', name: 'iterate' }, argument });
  const ref = { type: 'ref/resource', uri: 'timeline://{session_id}' };
  const templated = await client.complete({ ref, argument });
  seen.completed = [prompted, templated].map((each) => each.completion.values.includes(session_id));
  return seen;
}

const { client, StdioClientTransport, StreamableHTTPClientTransport } = await (plan.sdk === 1 ? first() : second());
const { url, command, args } = plan.server;
const transport = url
  ? new StreamableHTTPClientTransport(new URL(url))
  : new StdioClientTransport({ command, args, env: process.env, stderr: 'inherit' });
await client.connect(transport);
const version = client.getNegotiatedProtocolVersion?.() ?? transport.protocolVersion ?? null;
const seen = await visit(client);
await client.close();
process.stdout.write(JSON.stringify({ version, ...seen }));
