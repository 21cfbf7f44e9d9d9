/** `npm run peer`: one peer, until it is told to stop. */
import { parseArgs } from 'node:util';
import type { Address } from '../core/bytes.ts';
import type { Hospitals } from './admission.ts';
import { startPeer } from './peer.ts';

const HELP = `usage: npm run peer -- [options]
  --dir DIR        where blocks and pins are kept (./.local/peer)
  --host HOST      127.0.0.1 unless told otherwise; 0.0.0.0 lets others in
  --port N         of HTTP: uploads, pins, gateway (4012)
  --ws-port N      of WebSockets: bitswap and relay (4011)
  --token TEXT     needed to put, list and remove; reading needs none
  --session        who signed in with a wallet may put
  --members A,B    of those, only these accounts
  --hospital A,B   and whoever shows a voucher signed by one of these hospitals for this peer; any: by every active one
  --rpc URL        a node of the chain, once for each: with --contract the peer guards records, and serves them for live tokens only
  --contract A     address of the Salus contract
  --origin A,B     pages of other machines that may put, where none of these is asked for
  --url A,B        addresses under which others know this peer: sessions are made for one of them
  --max-upload N   megabytes of one upload (64)`;

const number = (text: string, least: number): number => {
  const n = Number(text);
  if (!Number.isInteger(n) || n < least || n > 65_535)
    throw new RangeError(`not a number from ${least} to 65535: ${text}`);
  return n;
};

const accounts = (text: string): Address[] => {
  const all = text.split(',').filter(Boolean);
  if (!all.every((a) => /^0x[0-9a-fA-F]{40}$/.test(a))) throw new RangeError(`not a list of accounts: ${text}`);
  return all.map((a) => a.toLowerCase() as Address);
};

const main = async (): Promise<void> => {
  const text = (value: string) => ({ type: 'string', default: value }) as const;
  const { values } = parseArgs({
    options: {
      dir: text('./.local/peer'),
      host: text('127.0.0.1'),
      port: text('4012'),
      'ws-port': text('4011'),
      token: { type: 'string' },
      session: { type: 'boolean', default: false },
      members: text(''),
      hospital: text(''),
      rpc: { type: 'string', multiple: true, default: [] as string[] },
      contract: text(''),
      origin: text(''),
      url: text(''),
      'max-upload': text('64'),
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(HELP);
  const members = accounts(values.members);
  const hospitals: Hospitals = values.hospital === 'any' ? 'any' : accounts(values.hospital);
  const [contract] = accounts(values.contract);
  if ((contract === undefined) !== (values.rpc.length === 0)) throw new RangeError('--rpc and --contract go together');
  if (hospitals === 'any' && contract === undefined) throw new RangeError('--hospital any wants --rpc and --contract');
  const peer = await startPeer({
    folder: values.dir,
    host: values.host,
    port: number(values.port, 0),
    wsPort: number(values['ws-port'], 0),
    token: values.token ?? null,
    requireSession: values.session || members.length + hospitals.length > 0,
    members,
    hospitals,
    chain: contract === undefined ? null : { contract, rpcs: values.rpc },
    origins: values.origin.split(',').filter(Boolean),
    urls: values.url.split(',').filter(Boolean),
    maxUpload: number(values['max-upload'], 1) * 1024 * 1024,
  });
  const open = values.token === undefined && !values.session && members.length + hospitals.length === 0;
  console.log(`peer ${peer.id} is up: ${peer.url} · ${peer.multiaddrs.join(' · ')} · blocks in ${values.dir}`);
  if (contract !== undefined)
    console.log(
      values.token === undefined || values.session || members.length + hospitals.length > 0
        ? 'it guards records, and serves those for live tokens only'
        : 'it guards nothing: with --token alone nobody can sign in',
    );
  if (open)
    console.log(
      values.host === '127.0.0.1'
        ? 'anybody on this machine may put'
        : 'ANYBODY WHO REACHES THIS MACHINE MAY PUT: set --token, --session or --members',
    );
  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(1); // asked twice
    stopping = true;
    peer.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
};

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
