/** Light, dark or as the system says. The choice is no health data, so it may live in localStorage. */
export type Theme = 'system' | 'light' | 'dark';
/** In the order the menu shows them. */
export const themes: readonly Theme[] = ['system', 'light', 'dark'];

const KEY = 'salus/theme';

const stored = (): Theme => {
  try {
    const value = localStorage.getItem(KEY);
    return value === 'light' || value === 'dark' ? value : 'system';
  } catch {
    return 'system';
  }
};

class ThemeChoice {
  #current = $state<Theme>(typeof localStorage === 'undefined' ? 'system' : stored());

  get current(): Theme {
    return this.#current;
  }

  set current(theme: Theme) {
    this.#current = theme;
    this.apply();
    try {
      if (theme === 'system') localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, theme);
    } catch {
      // blocked storage: the choice holds until the page closes
    }
  }

  /** Writes the choice on the document element, where the tokens read it. */
  apply(): void {
    if (this.#current === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = this.#current;
  }
}

/** The one choice of theme. */
export const theme = new ThemeChoice();
