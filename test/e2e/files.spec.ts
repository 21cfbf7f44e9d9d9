/** Files come in by hand as well as by the picker: dropped on the field, or pasted anywhere on the page. */
import { expect } from '@playwright/test';
import * as act from './support/acts.ts';
import { enrolled, enrolledDoctor, test } from './support/people.ts';
import { words } from './support/words.ts';

test('documents are dropped and pasted, sealed at once, and taken off again', async ({ cast }) => {
  const doctor = await enrolledDoctor();
  const { page } = await cast.atWork('patient', await enrolled(), `#/doctors/${doctor.address}/book`);
  await act.field(page, 'book.symptoms').waitFor();
  const bring = (how: 'drop' | 'paste', name: string) =>
    page.evaluate(
      ([event, title]) => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(70_000)], title, { type: 'application/pdf' }));
        const group = document.querySelector('input[type=file]')?.closest('[role=group]');
        if (event === 'paste') return void window.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data }));
        for (const type of ['dragover', 'drop'])
          group?.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
      },
      [how, name] as const,
    );
  await bring('drop', 'dropped.pdf');
  await bring('paste', 'pasted.pdf');
  const list = page.getByRole('list', { name: words('files.list') });
  await expect(list.getByText(words('files.ready'))).toHaveCount(2);
  await expect(list).toContainText('dropped.pdf');
  await act.button(page, 'files.remove', { name: 'dropped.pdf' }).click();
  await expect(list.getByRole('listitem')).toHaveText([/pasted\.pdf/]);
});
