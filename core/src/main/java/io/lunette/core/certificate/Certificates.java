/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.certificate;

import io.lunette.core.DomainException;
import io.lunette.core.audit.Actor;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.volume.VolumeName;
import java.util.List;

/** The certificates of finished scrubs, kept for ever: also when the replica is gone. */
public interface Certificates {

  /**
   * A part of the chain.
   *
   * @param documents in order
   * @param head what the chain ends with
   */
  record Page(List<SignedDocument> documents, SignedDocument head) {

    public Page {
      documents = List.copyOf(documents);
    }
  }

  /** The certificates of a replica, newest first. */
  List<SignedDocument> of(ReplicaName replica) throws DomainException;

  /** The certificates of a volume that was erased by hand, newest first. */
  List<SignedDocument> of(VolumeName volume) throws DomainException;

  /**
   * The chain's documents after a sequence number.
   *
   * @throws DomainException INVALID if the limit is not 1 to 1000
   */
  Page chain(long after, int limit) throws DomainException;

  /** Changes to a new key, which the old one introduces; answers that introduction. */
  SignedDocument rotateKey(Actor actor) throws DomainException;
}
