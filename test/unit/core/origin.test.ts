import { expect, it } from 'vitest';
import { standing } from '../../../src/core/origin.ts';

const cid = 'bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi';

it('is safe on a host, a sub-path or a subdomain gateway of its own', () => {
  for (const url of ['https://salus.example/', 'https://x.github.io/salus/', `https://${cid}.ipfs.dweb.link/#/home`])
    expect(standing(url, false)).toEqual({ safe: true });
});

it('is not inside a frame, wherever that is', () => {
  expect(standing('https://salus.example/#/x', true)).toEqual({
    safe: false,
    why: 'frame',
    own: 'https://salus.example/#/x',
  });
});

it('is not on a path gateway, and names the subdomain where there is one', () => {
  expect(standing(`https://ipfs.io/ipfs/${cid}/#/doctors`, false)).toMatchObject({
    why: 'shared-origin',
    own: `https://${cid}.ipfs.ipfs.io/#/doctors`,
  });
  expect(standing(`http://127.0.0.1:8080/ipfs/${cid}/`, false)).toMatchObject({ why: 'shared-origin', own: null });
  expect(standing('https://gw.example/ipns/salus.eth/', false)).toMatchObject({ why: 'shared-origin', own: null });
  expect(standing('https://gw.example/ipfs/QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG/', false)).toMatchObject({
    own: null,
  });
});
