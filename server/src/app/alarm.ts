// Something that is too much stays too much until there is clearly less: nobody is turned away and let in by turns.

/** Tells whether a value is too much. */
export interface Alarm {
  /** True from `onAt` up, and then until it is `offAt` or below. */
  isOn(value: number): boolean
}

/** Makes an alarm that is off. */
export function createAlarm({ onAt, offAt }: { readonly onAt: number; readonly offAt: number }): Alarm {
  let on = false
  return { isOn: (value) => (on = on ? value > offAt : value >= onAt) }
}
