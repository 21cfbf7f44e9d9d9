/** Addresses at which a pinning service says it can be met, and which of them a page may dial. @see https://github.com/multiformats/multiaddr */

/** `/dns4/host/tcp/443/wss/p2p/id` and its kin. What a browser cannot do (QUIC, plain TCP, `dnsaddr`, relays) does not match. */
const ADDRESS =
  /^\/(?:ip4|ip6|dns|dns4|dns6)\/([0-9A-Za-z.:-]{1,255})\/tcp\/\d{1,5}\/(ws|wss|tls\/ws|tls\/sni\/[0-9A-Za-z.-]{1,255}\/ws)\/p2p\/[1-9A-Za-z]{8,128}$/;
const THIS_MACHINE = /^(127\.\d+\.\d+\.\d+|localhost)$/;
/** This machine, private, link-local, shared and multicast networks. @see https://www.iana.org/assignments/iana-ipv4-special-registry */
const NEAR_IP4 =
  /^(0|10|127|169\.254|172\.(1[6-9]|2\d|3[01])|192\.168|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])|22[4-9]|2[3-5]\d)\./;
/** Names that only a machine or a house knows. */
const NEAR_NAME = /^[^.]*$|\.(localhost|local|internal|lan|home|home\.arpa)$/;
/** Nobody needs to be dialled at more. */
const MOST = 8;

/** True for a host that another place on the internet has no business naming. A name may lead anywhere, which no page can see. */
const isNear = (host: string): boolean => {
  // the browser's own reading: 0x7f.1 and 2130706433 are 127.0.0.1
  const text = `https://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}`;
  if (!URL.canParse(text)) return true;
  const { hostname } = new URL(text);
  if (hostname.startsWith('[')) return !/^\[[23]/.test(hostname);
  return NEAR_IP4.test(hostname) || NEAR_NAME.test(hostname.replace(/\.$/, ''));
};

/**
 * @param service URL of the service that names them: one on the internet does not make this page knock at this machine or in its network
 * @returns those over encrypted WebSockets, and unencrypted ones on this machine; the connection itself is encrypted either way
 */
export const dialable = (addresses: string[], service: string): string[] => {
  const near = isNear(new URL(service).hostname);
  return addresses
    .filter((address) => {
      const [, host = '', transport] = ADDRESS.exec(address) ?? [];
      if (transport === undefined || (isNear(host) && !near)) return false;
      return transport !== 'ws' || THIS_MACHINE.test(host);
    })
    .slice(0, MOST);
};
