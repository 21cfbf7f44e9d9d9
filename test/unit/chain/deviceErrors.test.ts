/** The words of hardware devices as MetaMask, Rabby, Brave and Ledger's and Trezor's own libraries have been seen to pass them on. */
import { describe, expect, it } from 'vitest';
import { toWalletError } from '../../../src/chain/walletErrors.ts';

const internal = (message: string, data?: unknown) => Object.assign(new Error(message), { code: -32603, data });
const status = (message: string, statusCode: number) =>
  Object.assign(new Error(message), { name: 'TransportStatusError', statusCode });
const named = (name: string, message = 'x') => Object.assign(new Error(message), { name });

describe('what a hardware device said', () => {
  it.each<[string, unknown, string]>([
    // rejected on the device
    ['MetaMask 13', internal('Ledger: User rejected action on device'), 'wallet/declined'],
    ['MetaMask 13, older', internal('Ledger: User rejected the transaction'), 'wallet/declined'],
    [
      'MetaMask 8 to 12',
      internal(
        'Error: TransportStatusError: Ledger device: Condition of use not satisfied (denied by the user?) (0x6985)',
      ),
      'wallet/declined',
    ],
    ['Ledger, refused before an app', status('Ledger device: UNKNOWN_ERROR (0x5501)', 0x5501), 'wallet/declined'],
    ['Ledger by name', named('UserRefusedOnDevice'), 'wallet/declined'],
    ['Trezor', internal('Failure_ActionCancelled'), 'wallet/declined'],
    [
      'wrapped by viem',
      { name: 'InternalRpcError', code: -32603, cause: internal('Ledger: User rejected action on device') },
      'wallet/declined',
    ],
    [
      'as MetaMask serialises',
      internal('Internal JSON-RPC error.', { cause: { message: 'Ledger device: Locked device (0x5515)' } }),
      'wallet/device-locked',
    ],
    // locked
    ['MetaMask 13', internal('Ledger: Device is locked'), 'wallet/device-locked'],
    ['MetaMask 13, older', internal('Ledger: Device is locked. Unlock it to continue.'), 'wallet/device-locked'],
    ['Ledger, older firmware', internal('Ledger device: UNKNOWN_ERROR (0x6b0c)'), 'wallet/device-locked'],
    ['Ledger by name', named('LockedDeviceError'), 'wallet/device-locked'],
    ['a key of words that leaked', internal('ledgerErrorDevicedLocked'), 'wallet/device-locked'],
    // another app, or none
    ['MetaMask 13', internal('Ethereum app closed'), 'wallet/device-app'],
    ['MetaMask 13, older', internal('Ledger: App closed or connection issue'), 'wallet/device-app'],
    ['none open', internal('Ledger device: UNKNOWN_ERROR (0x6511)'), 'wallet/device-app'],
    ['another open', internal('Ledger device: CLA_NOT_SUPPORTED (0x6e00)'), 'wallet/device-app'],
    ['no such instruction', status('Ledger device: INS_NOT_SUPPORTED (0x6d00)', 0x6d00), 'wallet/device-app'],
    ['quit meanwhile', internal('Ledger device: UNKNOWN_ERROR (0x650f)'), 'wallet/device-app'],
    // blind signing off
    ['MetaMask 13', internal('Ledger: Blind signing not supported'), 'wallet/device-blind'],
    ['MetaMask 13, older', internal('Ledger: Blind signing must be enabled'), 'wallet/device-blind'],
    [
      'Ledger',
      internal(
        'EthAppPleaseEnableContractData: Please enable Blind signing or Contract data in the Ethereum app Settings',
      ),
      'wallet/device-blind',
    ],
    ['Rabby', internal('TransportStatusError : Invalid data received (0x6a80)'), 'wallet/device-blind'],
    // gone
    ['Ledger', named('DisconnectedDeviceDuringOperation', 'The device was disconnected.'), 'wallet/device-gone'],
    ['before', internal('DisconnectedDevice: Cannot write to hid device'), 'wallet/device-gone'],
    [
      'held by another tab',
      named('TransportInterfaceNotAvailable', 'Unable to claim interface.'),
      'wallet/device-gone',
    ],
    [
      'MetaMask',
      internal(
        "Failed to execute 'requestDevice' on 'HID': Must be handling a user gesture to show a permission request.",
      ),
      'wallet/device-gone',
    ],
    ['Trezor', internal('Device_Disconnected'), 'wallet/device-gone'],
  ])('%s: %o', (_, error, code) => {
    expect(toWalletError(error)).toMatchObject({ code });
  });

  it.each<[string, unknown, string]>([
    ['a plain internal error', internal('Internal JSON-RPC error.'), 'wallet/failed'],
    ['a transaction that would revert', internal('execution reverted', { data: '0x' }), 'chain/reverted'],
    ['a hash in a message', internal('unknown transaction 0x6985aa'), 'wallet/failed'],
    [
      "the wallet's own refusal goes first",
      Object.assign(internal('Ledger: Device is locked'), { code: 4001 }),
      'wallet/declined',
    ],
    ['a request that is open already', Object.assign(internal('device locked'), { code: -32002 }), 'wallet/pending'],
  ])('is not read into %s', (_, error, code) => {
    expect(toWalletError(error)).toMatchObject({ code });
  });
});
