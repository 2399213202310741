/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.core.certificate;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Verifies a chain, document by document, against keys that the caller trusts, and stops at the
 * first that is not right. A key is also trusted when a trusted one introduces it.
 *
 * <p>A chain shows what was changed, left out or reordered in it. What was cut off its end shows
 * only against a head; and a head that came along with the chain may have been put back together
 * with it, so one that was kept elsewhere says more. Who has the private key can make another
 * chain, and who has one that was replaced another that ends before: against that, too, helps only
 * a head kept elsewhere. Not thread-safe.
 */
public final class ChainCheck {

  private final SignatureCheck signatures;
  private final Map<String, PublicKey> trusted = new HashMap<>();
  private final Optional<SignedDocument> kept;

  /** The keys that were introduced so far; all but the signer have been replaced. */
  private final Set<String> had = new HashSet<>();

  private String signer = "";
  private long last;
  private String lastDigest = CertificateChain.NONE;

  /**
   * A check of a chain from its beginning.
   *
   * @param kept a head of this chain that was kept elsewhere
   */
  public ChainCheck(
      SignatureCheck signatures, Collection<PublicKey> trusted, Optional<SignedDocument> kept) {
    this.signatures = signatures;
    this.kept = kept;
    trusted.forEach(key -> this.trusted.put(key.id(), key));
  }

  /** Takes the next document of the chain, the first being number 1; what is wrong with it. */
  public Optional<String> next(SignedDocument document) {
    Optional<String> fault = fault(document);
    if (fault.isEmpty()) {
      last = document.sequence();
      lastDigest = document.digest();
      if (kept.isPresent() && kept.get().sequence() == last) {
        return named(kept.get()).map(ChainCheck::byKept);
      }
    }
    return fault;
  }

  /**
   * Whether one document, of any place in a chain, was signed with a trusted key. Whether that was
   * in use there, and not replaced, only the chain can say.
   */
  public Optional<String> signature(SignedDocument document) {
    String keyId = document.text("keyId");
    int schema = document.payload().path("schema").asInt();
    int newest = CertificateChain.schema(document.text("type"));
    if (schema < 1 || schema > newest) {
      return Optional.of(
          name(document)
              + " is of schema "
              + schema
              + ", this Lunette knows 1 to "
              + newest
              + ": use a newer one");
    }
    PublicKey key = trusted.get(keyId);
    if (key == null) {
      return Optional.of(name(document) + " is signed with a key that is not trusted: " + keyId);
    }
    return signatures.isValid(key, document.signed(), document.signature())
        ? Optional.empty()
        : Optional.of(name(document) + " is not what was signed: its signature does not verify");
  }

  /**
   * {@link #signature} of a document without its chain. Of a head that was kept, too: that it names
   * this very document, for of any other it says nothing without those in between.
   */
  public Optional<String> alone(SignedDocument document) {
    Optional<String> forged = signature(document);
    if (forged.isPresent() || kept.isEmpty()) {
      return forged;
    }
    SignedDocument head = kept.get();
    Optional<String> unusable = unusable(head);
    if (unusable.isPresent()) {
      return unusable.map(ChainCheck::byKept);
    }
    if (head.sequence() != document.sequence()) {
      return Optional.of(
          "the head kept elsewhere names certificate "
              + head.sequence()
              + " and says nothing of certificate "
              + document.sequence()
              + " by itself: verify the chain");
    }
    return isNamed(head, document.sequence(), document.digest())
        ? Optional.empty()
        : Optional.of(byKept(name(document) + " is not the one that the head names"));
  }

  private Optional<String> fault(SignedDocument document) {
    long expected = last + 1;
    boolean known = trusted.containsKey(document.text("keyId"));
    Optional<String> forged = signature(document);
    if (known && forged.isPresent()) {
      return forged;
    }
    if (document.sequence() > expected) {
      return Optional.of(
          "certificate " + expected + " is missing: number " + document.sequence() + " is there");
    }
    if (document.sequence() < expected) {
      return Optional.of(
          "number " + document.sequence() + " is where certificate " + expected + " should be");
    }
    if (forged.isPresent()) {
      return forged;
    }
    if (!document.text("previous").equals(lastDigest)) {
      return Optional.of(
          name(document)
              + " does not follow what is before it: another was there when it was made");
    }
    return document.text("type").equals(CertificateChain.KEY)
        ? introduced(document)
        : signedInTurn(document);
  }

  private Optional<String> introduced(SignedDocument document) {
    PublicKey introduced;
    try {
      introduced = PublicKey.ofBase64(document.text(CertificateChain.INTRODUCES));
    } catch (IllegalArgumentException e) {
      return Optional.of(name(document) + " introduces no key");
    }
    boolean byItself = document.text("keyId").equals(introduced.id());
    boolean isNew = had.add(introduced.id());
    if (!document.text("keyId").equals(signer) && !(byItself && isNew)) {
      return notInTurn(document);
    }
    trusted.put(introduced.id(), introduced);
    signer = introduced.id();
    return Optional.empty();
  }

  private static Optional<String> notInTurn(SignedDocument document) {
    return Optional.of(name(document) + " is signed with a key that was not in use at its place");
  }

  /** A key that was replaced signs nothing any more, whoever may have it by now. */
  private Optional<String> signedInTurn(SignedDocument document) {
    if (!document.text("type").equals(CertificateChain.CERTIFICATE)) {
      return Optional.of(name(document) + " is no certificate but '" + document.text("type") + "'");
    }
    return document.text("keyId").equals(signer) ? Optional.empty() : notInTurn(document);
  }

  /** After the last document: whether the head that came with the chain names it. */
  public Optional<String> ends(SignedDocument head) {
    if (kept.isPresent() && kept.get().sequence() < 1) {
      return Optional.of(
          "the head kept elsewhere names no certificate: it says nothing of a chain");
    }
    Optional<String> cut =
        kept.filter(known -> known.sequence() > last).flatMap(this::named).map(ChainCheck::byKept);
    if (cut.isPresent()) {
      return cut;
    }
    Optional<String> fault = named(head);
    return fault.isEmpty() && !head.text("keyId").equals(signer) ? notInTurn(head) : fault;
  }

  private Optional<String> named(SignedDocument head) {
    Optional<String> unusable = unusable(head);
    if (unusable.isPresent()) {
      return unusable;
    }
    if (head.sequence() > last) {
      return Optional.of(
          "certificate "
              + (last + 1)
              + " is missing: the chain ends at "
              + last
              + ", its signed head names "
              + head.sequence());
    }
    return isNamed(head, last, lastDigest)
        ? Optional.empty()
        : Optional.of("certificate " + last + " is not the one that the head names");
  }

  private Optional<String> unusable(SignedDocument head) {
    Optional<String> forged = signature(head);
    return forged.isPresent() || head.text("type").equals(CertificateChain.HEAD)
        ? forged
        : Optional.of("the head is none but '" + head.text("type") + "'");
  }

  private static boolean isNamed(SignedDocument head, long sequence, String digest) {
    return head.sequence() == sequence && head.text("last").equals(digest);
  }

  private static String byKept(String fault) {
    return fault + " (by the head kept elsewhere)";
  }

  /** How many documents were verified. */
  public long verified() {
    return last;
  }

  private static String name(SignedDocument document) {
    return document.text("type").equals(CertificateChain.HEAD)
        ? "the head at " + document.sequence()
        : "certificate " + document.sequence();
  }
}
