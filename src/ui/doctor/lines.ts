/** Lines of a prescription while they are typed. */
import type { PrescriptionFields } from '../../state/types.ts';

type Line = PrescriptionFields['lines'][number];

/** One to begin with. */
export const emptyLine = (): Line => ({ medication: '', dose: '', frequency: '', duration: '', note: '' });

/** What is written beside a medicine without a name would be lost. */
export const isNameless = (l: Line): boolean =>
  l.medication.trim() === '' && [l.dose, l.frequency, l.duration, l.note].some((words) => (words ?? '').trim() !== '');

/** Nothing that a patient could go by. */
export const isBlank = ({ advice, lines }: PrescriptionFields, files: number): boolean =>
  advice.trim() === '' && files === 0 && lines.every((l) => l.medication.trim() === '');
