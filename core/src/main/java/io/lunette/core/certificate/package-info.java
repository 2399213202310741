/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Scrub certificates: what a scrub did, signed and chained, so that a changed, a missing and a
 * reordered one show.
 *
 * <p>A {@link io.lunette.core.certificate.SignedDocument} is a payload in the canonical form of RFC
 * 8785 and an Ed25519 signature over its bytes. Start at {@link
 * io.lunette.core.certificate.CertificateChain}, which writes them, and {@link
 * io.lunette.core.certificate.ChainCheck}, which believes nothing. Keys are behind {@link
 * io.lunette.core.certificate.SigningKeys} and {@link io.lunette.core.certificate.SignatureCheck},
 * so that this package needs no cryptography but SHA-256. docs/scrubbing.md has the format.
 */
package io.lunette.core.certificate;
