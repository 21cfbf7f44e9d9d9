import { describe, expect, it } from 'vitest';
import { forgeTally, notes, playwrightTally, vitestTally, withoutPassed } from '../../../src/tools/steps.ts';

describe('the numbers at the end of npm test', () => {
  it('reads forge', () => {
    const output =
      'Ran 3 tests for a\nSuite result: ok. 3 passed; 0 failed; 0 skipped\n\nRan 2 test suites in 9.1s (12s CPU time): 41 tests passed, 1 failed, 2 skipped (44 total tests)\n';
    expect(forgeTally(output)).toEqual({ passed: 41, failed: 1, skipped: 2 });
    expect(forgeTally('Error: compilation failed')).toBeNull();
  });
  it('reads vitest, in colour too', () => {
    expect(vitestTally('\n Test Files  1 passed (1)\n      Tests  1 failed | 29 passed | 3 skipped (33)\n')).toEqual({
      passed: 29,
      failed: 1,
      skipped: 3,
    });
    expect(
      vitestTally(
        '\u001b[2m      Tests \u001b[22m \u001b[1m\u001b[32m29 passed\u001b[39m\u001b[22m\u001b[90m (29)\u001b[39m\n',
      ),
    ).toEqual({ passed: 29, failed: 0, skipped: 0 });
    expect(vitestTally('Error: no config')).toBeNull();
  });
  it('reads Playwright', () => {
    expect(playwrightTally('  1 failed\n    mainJob.spec.ts:3:1 › a\n  2 did not run\n  12 passed (1.2m)\n')).toEqual({
      passed: 12,
      failed: 3,
      skipped: 0,
    });
    expect(playwrightTally('Error: no tests found')).toBeNull();
  });
  it('leaves out what passed when something failed', () => {
    expect(
      withoutPassed('(node:1) Warning: x\n  ✓   1 [e2e] › a.spec.ts:1:1 › one (1s)\n  ✘   2 b\n\n  1) Error: why\n'),
    ).toBe('✘   2 b\n\n  1) Error: why');
  });
  it('names what passed only when run again', () => {
    expect(notes('  1 flaky\n    [e2e] › a.spec.ts:3:1 › one ───\n  33 passed (3m)\n')).toEqual([
      'Passed only when run again:\n    [e2e] › a.spec.ts:3:1 › one ───',
    ]);
    expect(notes('  34 passed (3m)\n')).toEqual([]);
  });
});
