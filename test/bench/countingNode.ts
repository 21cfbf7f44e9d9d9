/** A node in front of another that counts what it is asked, and may refuse ranges of logs as some public nodes do. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** @property ms that the node behind took */
export type Counted = { method: string; refused: boolean; ms: number };
export type CountingNode = { url: string; asked: Counted[]; stop(): Promise<void> };

type Request = { id: unknown; method: string; params: [{ fromBlock?: string; toBlock?: string }] };

const isRange = ({ method, params }: Request): boolean =>
  method === 'eth_getLogs' && params[0].fromBlock !== params[0].toBlock;

/** @param ranges false: logs of single blocks only */
export const countingNode = async (behind: string, ranges: boolean): Promise<CountingNode> => {
  const asked: Counted[] = [];
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      let body = '';
      for await (const chunk of incoming) body += String(chunk);
      const request = JSON.parse(body) as Request;
      const refused = !ranges && isRange(request);
      const counted = { method: request.method, refused, ms: 0 };
      asked.push(counted);
      outgoing.setHeader('content-type', 'application/json');
      if (refused) {
        const error = { code: -32_005, message: 'query exceeds max block range 1' };
        return outgoing.end(JSON.stringify({ jsonrpc: '2.0', id: request.id, error }));
      }
      const began = performance.now();
      const answer = await fetch(behind, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      const bytes = Buffer.from(await answer.arrayBuffer());
      counted.ms = performance.now() - began;
      outgoing.end(bytes);
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
