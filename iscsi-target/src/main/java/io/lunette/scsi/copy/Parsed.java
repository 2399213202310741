/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.scsi.copy;

import io.lunette.scsi.Outcome;
import java.util.function.Function;

/** What became of reading a parameter list. */
sealed interface Parsed<T> {

  /** It says this. */
  record Accepted<T>(T value) implements Parsed<T> {}

  /** It cannot be carried out, and this is the command's answer; GOOD if there is nothing to do. */
  record Answered<T>(Outcome outcome) implements Parsed<T> {}

  /** Makes something of what was read. */
  default <R> Parsed<R> map(Function<T, R> step) {
    return this instanceof Accepted<T> accepted
        ? new Accepted<>(step.apply(accepted.value()))
        : new Answered<>(((Answered<T>) this).outcome());
  }

  /** Goes on with what was read, or gives the answer. */
  default Outcome then(Function<T, Outcome> step) {
    return this instanceof Accepted<T> accepted
        ? step.apply(accepted.value())
        : ((Answered<T>) this).outcome();
  }
}
