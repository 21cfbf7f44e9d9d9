/** The English catalogue: one file an area, one tree of keys. */
import access from './access.json' with { type: 'json' };
import account from './account.json' with { type: 'json' };
import acts from './acts.json' with { type: 'json' };
import appointment from './appointment.json' with { type: 'json' };
import device from './device.json' with { type: 'json' };
import directory from './directory.json' with { type: 'json' };
import doctor from './doctor.json' with { type: 'json' };
import { first } from './first.ts';
import folders from './folders.json' with { type: 'json' };
import hospital from './hospital.json' with { type: 'json' };
import invite from './invite.json' with { type: 'json' };
import notices from './notices.json' with { type: 'json' };
import oversight from './oversight.json' with { type: 'json' };
import own from './own.json' with { type: 'json' };
import performance from './performance.json' with { type: 'json' };
import plot from './plot.json' with { type: 'json' };
import patients from './patients.json' with { type: 'json' };
import proofs from './proofs.json' with { type: 'json' };
import received from './received.json' with { type: 'json' };
import records from './records.json' with { type: 'json' };
import requests from './requests.json' with { type: 'json' };
import reviews from './reviews.json' with { type: 'json' };
import routes from './routes.json' with { type: 'json' };
import share from './share.json' with { type: 'json' };
import tell from './tell.json' with { type: 'json' };
import visits from './visits.json' with { type: 'json' };
import voucher from './voucher.json' with { type: 'json' };

/** Every word the page says. */
export const en = {
  ...first,
  ...access,
  ...account,
  ...acts,
  ...appointment,
  ...device,
  ...directory,
  ...doctor,
  ...folders,
  ...hospital,
  ...invite,
  ...notices,
  ...oversight,
  ...own,
  ...performance,
  ...plot,
  ...patients,
  ...proofs,
  ...received,
  ...records,
  ...requests,
  ...reviews,
  ...routes,
  ...share,
  ...tell,
  ...visits,
  ...voucher,
};
