/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.appliance.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.lunette.core.DomainException;
import io.lunette.core.certificate.Certificates;
import io.lunette.core.certificate.SignedDocument;
import io.lunette.core.replica.ReplicaName;
import io.lunette.core.volume.VolumeName;
import java.util.List;

/** The signed proofs of finished scrubs. */
final class CertificateRoutes implements RouteSet {

  private static final int PAGE = 500;

  private final Certificates certificates;

  CertificateRoutes(Certificates certificates) {
    this.certificates = certificates;
  }

  /** A part of the chain, and what the chain ends with. */
  record Page(List<JsonNode> documents, JsonNode head) {}

  @Override
  public void addTo(Routes routes) {
    routes.get("/certificates", this::chain);
    routes.post(
        "/certificates/keys", call -> Reply.created(certificates.rotateKey(call.actor()).json()));
    routes.get("/replicas/:name/certificates", this::all);
    routes.get("/replicas/:name/certificate", this::latest);
    routes.get("/volumes/:name/certificates", this::allOfVolume);
    routes.get("/volumes/:name/certificate", this::latestOfVolume);
  }

  private Reply chain(Call call) throws DomainException {
    Certificates.Page page =
        certificates.chain(
            call.query("after").map(CertificateRoutes::number).orElse(0L),
            Math.toIntExact(
                call.query("limit").map(CertificateRoutes::number).orElse((long) PAGE)));
    return Reply.ok(new Page(json(page.documents()), page.head().json()));
  }

  private Reply all(Call call) throws DomainException {
    return Reply.ok(json(certificates.of(new ReplicaName(call.path("name")))));
  }

  private Reply latest(Call call) throws DomainException {
    ReplicaName replica = new ReplicaName(call.path("name"));
    return latest(
        certificates.of(replica), "no scrub of a replica '" + replica + "' was certified");
  }

  private Reply allOfVolume(Call call) throws DomainException {
    return Reply.ok(json(certificates.of(new VolumeName(call.path("name")))));
  }

  private Reply latestOfVolume(Call call) throws DomainException {
    VolumeName volume = new VolumeName(call.path("name"));
    return latest(
        certificates.of(volume), "no erase by hand of a volume '" + volume + "' was certified");
  }

  private static Reply latest(List<SignedDocument> newestFirst, String none)
      throws DomainException {
    return Reply.ok(
        newestFirst.stream()
            .findFirst()
            .map(SignedDocument::json)
            .orElseThrow(() -> new DomainException(DomainException.Kind.NOT_FOUND, none)));
  }

  private static List<JsonNode> json(List<SignedDocument> documents) {
    return documents.stream().map(SignedDocument::json).toList();
  }

  private static long number(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + text + "' is not a number", e);
    }
  }
}
