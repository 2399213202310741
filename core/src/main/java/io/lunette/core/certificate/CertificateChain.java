/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.certificate;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lunette.core.DomainException;
import io.lunette.core.catalog.Transaction;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.volume.VolumeName;
import java.util.List;
import java.util.Optional;

/**
 * The chain in the catalog: every document names the digest of the one before, and a signed head
 * names the last. It begins with a document that introduces the first key. A document is added in
 * the transaction of its caller, so either both have happened or neither has. Each node has a chain
 * of its own, since it signs with its own key. Nothing is ever changed or deleted but the head.
 * Stateless but for the keys, so thread-safe.
 */
public final class CertificateChain {

  private static final int SCHEMA = 1;

  /** Since 2 a certificate says more of the volume, its custody and its erase. */
  private static final int SCHEMA_OF_CERTIFICATE = 2;

  static final String CERTIFICATE = "lunette-scrub-certificate";
  static final String KEY = "lunette-certificate-key";
  static final String HEAD = "lunette-certificate-head";
  static final String NONE = "none";
  static final String INTRODUCES = "introduces";

  /** What a document is found by. */
  private record Subject(Optional<ReplicaName> replica, Optional<VolumeName> volume) {

    static final Subject NONE = new Subject(Optional.empty(), Optional.empty());

    static Subject of(ReplicaName replica) {
      return new Subject(Optional.of(replica), Optional.empty());
    }

    static Subject of(VolumeName volume) {
      return new Subject(Optional.empty(), Optional.of(volume));
    }
  }

  private final SigningKeys keys;

  public CertificateChain(SigningKeys keys) {
    this.keys = keys;
  }

  /** Adds a certificate of a replica, with the claims given. */
  public SignedDocument add(Transaction transaction, ReplicaName replica, ObjectNode claims)
      throws DomainException {
    return add(transaction, Subject.of(replica), claims);
  }

  /** Adds a certificate of a volume that is no replica's, with the claims given. */
  public SignedDocument add(Transaction transaction, VolumeName volume, ObjectNode claims)
      throws DomainException {
    return add(transaction, Subject.of(volume), claims);
  }

  private SignedDocument add(Transaction transaction, Subject subject, ObjectNode claims)
      throws DomainException {
    SigningKey key = signer(transaction);
    return append(transaction, CERTIFICATE, subject, claims, key, key);
  }

  /** Has the key in use introduce the next one, which signs from then on. */
  SignedDocument introduce(Transaction transaction, SigningKey next) throws DomainException {
    return introduce(transaction, signer(transaction), next);
  }

  /**
   * The key that signs next; introduces one if there is no chain yet, or its key was lost. A key
   * that was replaced, which is what a home has that was put back, is not taken once more.
   */
  SigningKey signer(Transaction transaction) throws DomainException {
    String wanted = head(transaction).map(head -> head.text("keyId")).orElse(NONE);
    List<SigningKey> kept = keys.keys();
    for (SigningKey key : kept) {
      if (key.publicKey().id().equals(wanted)) {
        return key;
      }
    }
    SigningKey only = kept.get(0);
    SigningKey first = wasIntroduced(transaction, only) ? keys.prepare() : only;
    SignedDocument unused = introduce(transaction, first, first);
    return first;
  }

  /** Whether the chain has had this key; it has been replaced then, unless it is in use. */
  private static boolean wasIntroduced(Transaction transaction, SigningKey key)
      throws DomainException {
    String wanted = key.publicKey().base64();
    return transaction
        .query(
            "SELECT document FROM certificate WHERE node = ? AND type = ?",
            row -> SignedDocument.parse(row.text("document")).text(INTRODUCES),
            transaction.node().value(),
            KEY)
        .contains(wanted);
  }

  private SignedDocument introduce(Transaction transaction, SigningKey by, SigningKey next)
      throws DomainException {
    ObjectNode claims = JsonNodeFactory.instance.objectNode();
    claims.put(INTRODUCES, next.publicKey().base64());
    return append(transaction, KEY, Subject.NONE, claims, by, next);
  }

  private static SignedDocument append(
      Transaction transaction,
      String type,
      Subject subject,
      ObjectNode claims,
      SigningKey by,
      SigningKey next)
      throws DomainException {
    Optional<SignedDocument> head = head(transaction);
    long sequence = head.map(SignedDocument::sequence).orElse(0L) + 1;
    ObjectNode payload = claims.deepCopy();
    describe(payload, transaction, type, sequence, by);
    payload.put("previous", head.map(known -> known.text("last")).orElse(NONE));
    SignedDocument document = SignedDocument.sign(payload, by);
    transaction.update(
        "INSERT INTO certificate (node, sequence, type, replica, volume, document)"
            + " VALUES (?, ?, ?, ?, ?, ?)",
        transaction.node().value(),
        sequence,
        type,
        subject.replica().map(ReplicaName::value),
        subject.volume().map(VolumeName::value),
        document.toString());

    ObjectNode last = JsonNodeFactory.instance.objectNode();
    describe(last, transaction, HEAD, sequence, next);
    last.put("last", document.digest());
    transaction.update("DELETE FROM certificate_head WHERE node = ?", transaction.node().value());
    transaction.update(
        "INSERT INTO certificate_head (node, document) VALUES (?, ?)",
        transaction.node().value(),
        SignedDocument.sign(last, next).toString());
    return document;
  }

  private static void describe(
      ObjectNode payload, Transaction transaction, String type, long sequence, SigningKey key) {
    payload.put("type", type);
    payload.put("schema", schema(type));
    payload.put("sequence", sequence);
    payload.put("keyId", key.publicKey().id());
    payload.put("issued", transaction.now().toString());
  }

  /** The newest schema of a type of document; older ones are still read. */
  static int schema(String type) {
    return type.equals(CERTIFICATE) ? SCHEMA_OF_CERTIFICATE : SCHEMA;
  }

  /** What the chain ends with; empty if there is no chain. */
  static Optional<SignedDocument> head(Transaction transaction) throws DomainException {
    return transaction.first(
        "SELECT document FROM certificate_head WHERE node = ?",
        row -> SignedDocument.parse(row.text("document")),
        transaction.node().value());
  }

  /** Documents after a sequence number, in order. */
  List<SignedDocument> after(Transaction transaction, long sequence, int limit)
      throws DomainException {
    return transaction.query(
        "SELECT document FROM certificate WHERE node = ? AND sequence > ?"
            + " ORDER BY sequence LIMIT ?",
        row -> SignedDocument.parse(row.text("document")),
        transaction.node().value(),
        sequence,
        limit);
  }

  /** The certificates of a replica, newest first. */
  List<SignedDocument> of(Transaction transaction, ReplicaName replica) throws DomainException {
    return transaction.query(
        "SELECT document FROM certificate WHERE node = ? AND replica = ? ORDER BY sequence DESC",
        row -> SignedDocument.parse(row.text("document")),
        transaction.node().value(),
        replica.value());
  }

  /** The certificates of a volume that is no replica's, newest first. */
  public List<SignedDocument> of(Transaction transaction, VolumeName volume)
      throws DomainException {
    return transaction.query(
        "SELECT document FROM certificate WHERE node = ? AND volume = ? ORDER BY sequence DESC",
        row -> SignedDocument.parse(row.text("document")),
        transaction.node().value(),
        volume.value());
  }
}
