/** Addresses at which a pinning service says it can be met, and which of them a page may dial. @see https://github.com/multiformats/multiaddr */

/** `/dns4/host/tcp/443/wss/p2p/id` and its kin. What a browser cannot do (QUIC, plain TCP, `dnsaddr`, relays) does not match. */
const ADDRESS =
  /^\/(?:ip4|ip6|dns|dns4|dns6)\/([0-9A-Za-z.:-]{1,255})\/tcp\/\d{1,5}\/(ws|wss|tls\/ws|tls\/sni\/[0-9A-Za-z.-]{1,255}\/ws)\/p2p\/[1-9A-Za-z]{8,128}$/;
const THIS_MACHINE = /^(127\.\d+\.\d+\.\d+|localhost)$/;
/** Nobody needs to be dialled at more. */
const MOST = 8;

/** @returns those over encrypted WebSockets, and unencrypted ones on this machine; the connection itself is encrypted either way */
export const dialable = (addresses: string[]): string[] =>
  addresses
    .filter((address) => {
      const [, host = '', transport] = ADDRESS.exec(address) ?? [];
      return transport !== undefined && (transport !== 'ws' || THIS_MACHINE.test(host));
    })
    .slice(0, MOST);
