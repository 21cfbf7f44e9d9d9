/** Printing one part of the page, alone on its sheet. The rules are in base.css. */

/** @param part what is printed: a copy, with everything that folds unfolded and without buttons @param title stands above it */
export const printOnly = (part: HTMLElement, title: string): void => {
  const sheet = document.createElement('div');
  sheet.className = 'printed-sheet';
  const heading = document.createElement('h1');
  heading.textContent = title;
  const copy = part.cloneNode(true) as HTMLElement;
  for (const folded of copy.querySelectorAll('details')) folded.open = true;
  for (const button of copy.querySelectorAll('button')) button.remove();
  sheet.append(heading, copy);
  document.body.append(sheet);
  document.documentElement.classList.add('printing');
  const end = () => {
    sheet.remove();
    document.documentElement.classList.remove('printing');
  };
  addEventListener('afterprint', end, { once: true });
  print();
};
