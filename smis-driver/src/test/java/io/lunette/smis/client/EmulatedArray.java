/* SPDX-License-Identifier: Apache-2.0 */
package io.lunette.smis.client;

import io.lunette.core.block.BlockDevice;
import io.lunette.core.volume.AccessMode;
import io.lunette.core.volume.InitiatorName;
import io.lunette.core.volume.LunMapping;
import io.lunette.core.volume.VolumeException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * An array with an SMI-S provider of its own, in memory and independent of the product's: what a
 * client does by CIM-XML is what an initiator then sees. Thread-safe.
 */
final class EmulatedArray {

  static final String NAMESPACE = "root/acme";
  private static final String JOBS = "root/jobs";
  static final String SYSTEM = "ACME-0001";
  static final String TARGET = "iqn.2001-04.com.example:array";

  final Flavour flavour;
  private final EmulatedVolumes volumes;
  private final EmulatedMasking masking;
  private final Map<String, Job> jobs = new LinkedHashMap<>();
  private int nextJob;

  /** Where indications go. */
  private String destination;

  /** Makes the next job fail. */
  private boolean failsNextJob;

  /** A job that ends after some looks; what it does happens then. */
  private static final class Job {
    int looks;
    boolean failing;
    boolean ended;
    boolean terminated;
    Effect effect;
    EmulatedObject.Path affected;
  }

  /** What a method does, now or by a job. */
  interface Effect {
    Map<String, EmulatedObject.Value> run() throws Refusal;
  }

  /** A return code that is not success, or a CIM status below zero. */
  static final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;
    final int code;
    final transient Map<String, EmulatedObject.Value> outputs;

    Refusal(int code) {
      this(code, Map.of());
    }

    /** With what the method gives back all the same. */
    Refusal(int code, Map<String, EmulatedObject.Value> outputs) {
      super("code " + code);
      this.code = code;
      this.outputs = outputs;
    }

    /** A CIM status. */
    static Refusal status(int status) {
      return new Refusal(-status);
    }
  }

  EmulatedArray(Flavour flavour, long capacityBytes) {
    this.flavour = flavour;
    this.volumes = new EmulatedVolumes(flavour, capacityBytes);
    this.masking = new EmulatedMasking(flavour, volumes);
  }

  /** Makes the job that begins next end badly. */
  synchronized void failNextJob() {
    failsNextJob = true;
  }

  /** Whether copies take until this is said not to be so any more. */
  synchronized void copySlowly(boolean slow) {
    volumes.copySlowly(slow);
  }

  /** Labels of the volumes that there are. */
  synchronized List<String> labels() {
    return volumes.labels();
  }

  /** Makes so many volumes that are nobody's. */
  synchronized void fill(int count) throws VolumeException {
    volumes.fill(count);
  }

  /** The volume that an initiator sees under a number; null if none. */
  synchronized String seen(String initiator, int lun) {
    return masking.seen(initiator, lun);
  }

  synchronized int viewCount() {
    return masking.viewCount();
  }

  synchronized int groupCount() {
    return masking.groupCount();
  }

  /** Where indications go; null if nobody has asked for them. */
  synchronized String destination() {
    return destination;
  }

  /** Opens a LUN as a session of that initiator would. */
  synchronized BlockDevice connect(LunMapping mapping, InitiatorName self) throws VolumeException {
    if (!mapping.target().equals(TARGET) || !mapping.portal().equals("192.0.2.1:3260")) {
      throw new VolumeException(VolumeException.Kind.IO, "nobody listens at " + mapping.url());
    }
    String device = masking.seen(self.value(), mapping.lun());
    if (device == null) {
      throw new VolumeException(VolumeException.Kind.IO, self + " sees no LUN " + mapping.lun());
    }
    return volumes.open(device, AccessMode.READ_WRITE);
  }

  /** Answers one request. */
  synchronized String answer(CimXml.Request request) {
    String namespace = request.namespace();
    if (Stream.of(NAMESPACE, flavour.interop(), jobNamespace())
        .noneMatch(namespace::equalsIgnoreCase)) {
      return CimXml.error(request, 3, "no namespace " + namespace);
    }
    try {
      return EmulatedAccent.of(flavour, request.extrinsic() ? invoke(request) : operate(request));
    } catch (Refusal e) {
      return e.code < 0
          ? CimXml.error(request, -e.code, "refused")
          : EmulatedAccent.of(flavour, returned(request, e.code, e.outputs));
    }
  }

  private String jobNamespace() {
    return flavour.has(Flavour.Trait.JOBS_ELSEWHERE) ? JOBS : NAMESPACE;
  }

  private String returned(
      CimXml.Request request, int code, Map<String, EmulatedObject.Value> outputs) {
    return CimXml.returned(request, code, outputs, code == 4096 ? jobNamespace() : NAMESPACE);
  }

  private String operate(CimXml.Request request) throws Refusal {
    StringBuilder content = new StringBuilder();
    switch (request.name()) {
      case "EnumerateInstances" -> {
        String wanted = (String) request.parameters().get("ClassName");
        for (EmulatedObject each : all(wanted, request.namespace())) {
          content.append(CimXml.named(each, request.namespace()));
        }
      }
      case "GetInstance" -> {
        look(request.path());
        content.append(CimXml.instance(find(request.path()), NAMESPACE));
      }
      case "Associators" -> {
        String association = request.text("AssocClass");
        String result = request.text("ResultClass");
        for (EmulatedObject each : associated(request.path(), association)) {
          if (result == null || each.cimClass.equals(result)) {
            content.append(CimXml.withPath(each, NAMESPACE));
          }
        }
      }
      case "References" -> {
        for (EmulatedObject each : all(request.text("ResultClass"), NAMESPACE)) {
          if (refersTo(each, request.path())) {
            content.append(CimXml.withPath(each, NAMESPACE));
          }
        }
      }
      case "CreateInstance" -> {
        return CimXml.intrinsic(request, subscribe(request));
      }
      case "DeleteInstance" -> {
        if (!request.namespace().equals(NAMESPACE)) {
          destination = null;
        } else if (!masking.deleteView(request.path())) {
          throw Refusal.status(6);
        }
      }
      default -> throw Refusal.status(7);
    }
    return CimXml.intrinsic(request, content.toString());
  }

  /** Takes a filter, a destination or a subscription. */
  private String subscribe(CimXml.Request request) {
    org.w3c.dom.Element instance = (org.w3c.dom.Element) request.parameters().get("NewInstance");
    var properties = instance.getElementsByTagName("PROPERTY");
    for (int i = 0; i < properties.getLength(); i++) {
      org.w3c.dom.Element each = (org.w3c.dom.Element) properties.item(i);
      if (each.getAttribute("NAME").equals("Destination")) {
        destination = each.getTextContent().strip();
      }
    }
    return CimXml.name(
        new EmulatedObject.Path(instance.getAttribute("CLASSNAME"), Map.of("Name", "it")),
        request.namespace());
  }

  private List<EmulatedObject> all(String cimClass, String namespace) throws Refusal {
    if (namespace.equals(flavour.interop())) {
      return switch (cimClass) {
        case "CIM_RegisteredProfile" -> profiles();
        default -> throw Refusal.status(5);
      };
    }
    List<EmulatedObject> found = new ArrayList<>();
    if (cimClass.equals("CIM_ComputerSystem")) {
      found.add(system());
    } else if (cimClass.equals("CIM_ConcreteJob")) {
      jobs.forEach((id, job) -> found.add(job(id, job)));
    } else if (cimClass.equals("CIM_AffectedJobElement")) {
      jobs.forEach(
          (id, job) -> {
            if (job.affected != null) {
              found.add(
                  object("CIM_AffectedJobElement")
                      .key("AffectingElement", job(id, job).path())
                      .key("AffectedElement", job.affected));
            }
          });
    } else if (cimClass.equals("CIM_StorageErasureService") && flavour.erasure()) {
      found.add(service("CIM_StorageErasureService"));
    } else if (cimClass.equals("CIM_StorageErasureCapabilities") && flavour.erasure()) {
      found.add(
          object("CIM_StorageErasureCapabilities")
              .key("InstanceID", "erasure")
              .texts("ErasureMethods", List.of("Zero Fill", "Secret Sauce")));
    } else {
      List<EmulatedObject> others = volumes.all(cimClass);
      found.addAll(others != null ? others : masking.all(cimClass));
    }
    return found;
  }

  private List<EmulatedObject> profiles() {
    List<EmulatedObject> all = new ArrayList<>();
    for (String each : List.of("Array:1.6.1", "Block Services:1.6.1", "Server:1.6.0")) {
      String[] parts = each.split(":");
      all.add(
          object("CIM_RegisteredProfile")
              .key("InstanceID", "SNIA:" + each)
              .uint16("RegisteredOrganization", 11)
              .text("RegisteredName", parts[0])
              .text("RegisteredVersion", parts[1]));
    }
    return all;
  }

  EmulatedObject system() {
    return object("CIM_ComputerSystem")
        .key("CreationClassName", flavour.prefix() + "_ComputerSystem")
        .key("Name", SYSTEM)
        .text("ElementName", "the array in the basement");
  }

  private EmulatedObject object(String cimClass) {
    return new EmulatedObject(flavour.prefix(), cimClass);
  }

  private EmulatedObject service(String cimClass) {
    return EmulatedVolumes.service(flavour.prefix(), cimClass);
  }

  private EmulatedObject find(EmulatedObject.Path path) throws Refusal {
    String cimClass = path.className().replaceFirst("^[A-Z]+_", "CIM_");
    for (EmulatedObject each : all(cimClass, NAMESPACE)) {
      if (each.path().identity().equals(path.identity())) {
        return each;
      }
    }
    throw Refusal.status(6);
  }

  private List<EmulatedObject> associated(EmulatedObject.Path path, String association)
      throws Refusal {
    if (association.equals("CIM_ElementConformsToProfile")) {
      return path.keys().toString().contains("Array") ? List.of(system()) : List.of();
    }
    if (association.equals("CIM_ElementCapabilities")
        || association.equals("CIM_HostedStoragePool")) {
      return volumes.associated(association);
    }
    List<EmulatedObject> found = new ArrayList<>();
    for (EmulatedObject each : all(association, NAMESPACE)) {
      if (refersTo(each, path)) {
        for (EmulatedObject.Value value : each.properties.values()) {
          if (value.value() instanceof EmulatedObject.Path other
              && !other.identity().equals(path.identity())) {
            found.add(find(other));
          }
        }
      }
    }
    return found;
  }

  private static boolean refersTo(EmulatedObject association, EmulatedObject.Path path) {
    return association.properties.values().stream()
        .anyMatch(
            each ->
                each.value() instanceof EmulatedObject.Path other
                    && other.identity().equals(path.identity()));
  }

  private String invoke(CimXml.Request request) throws Refusal {
    if (request.name().equals("RequestStateChange")) {
      Job job = jobs.get(request.path().keys().get("InstanceID"));
      if (job == null) {
        throw Refusal.status(6);
      }
      job.ended = true;
      job.terminated = true;
      return returned(request, 0, Map.of());
    }
    Effect effect = volumes.method(request);
    if (effect == null) {
      effect = masking.method(request);
    }
    if (effect == null && request.name().equals("Erase") && flavour.erasure()) {
      effect = () -> volumes.erase(request.reference("Element"));
    }
    if (effect == null) {
      throw Refusal.status(17);
    }
    boolean instant =
        List.of("CreateStorageHardwareID", "GetSupportedSizeRange").contains(request.name());
    if (flavour.polls() == 0 && !failsNextJob || instant) {
      return returned(request, 0, effect.run());
    }
    Job job = new Job();
    job.looks = Math.max(1, flavour.polls());
    job.failing = failsNextJob;
    job.effect = effect;
    failsNextJob = false;
    String id = "job-" + nextJob++;
    jobs.put(id, job);
    Map<String, EmulatedObject.Value> outputs = new TreeMap<>();
    outputs.put("Job", new EmulatedObject.Value("reference", job(id, job).path()));
    return returned(request, 4096, outputs);
  }

  /** A look at a job takes it on. */
  private void look(EmulatedObject.Path path) throws Refusal {
    Job job = jobs.get(path.keys().getOrDefault("InstanceID", ""));
    if (job == null || job.ended) {
      return;
    }
    job.looks--;
    if (job.looks > 0) {
      return;
    }
    job.ended = true;
    if (!job.failing) {
      try {
        for (EmulatedObject.Value each : job.effect.run().values()) {
          if (each.value() instanceof EmulatedObject.Path made) {
            job.affected = made;
          }
        }
      } catch (Refusal e) {
        job.failing = true;
      }
    }
  }

  /** Ends all jobs as time would. */
  synchronized void endJobs() throws Refusal {
    for (String id : List.copyOf(jobs.keySet())) {
      Job job = jobs.get(id);
      job.looks = Math.min(job.looks, 1);
      look(job(id, job).path());
    }
    if (destination != null) {
      var request =
          java.net.http.HttpRequest.newBuilder(java.net.URI.create(destination))
              .header("CIMExport", "MethodRequest")
              .header("CIMExportMethod", "ExportIndication")
              .POST(
                  java.net.http.HttpRequest.BodyPublishers.ofString(
                      "<CIM><MESSAGE ID=\"42\" PROTOCOLVERSION=\"1.0\"/></CIM>"))
              .build();
      java.net.http.HttpResponse<String> answer =
          java.net.http.HttpClient.newHttpClient()
              .sendAsync(request, java.net.http.HttpResponse.BodyHandlers.ofString())
              .join();
      if (answer.statusCode() != 200 || !answer.body().contains("MESSAGE ID=\"42\"")) {
        throw new IllegalStateException("the listener answers " + answer.body());
      }
    }
  }

  /** Forgets jobs, as some arrays do when they have ended. */
  synchronized void forgetJobs() {
    jobs.clear();
  }

  private EmulatedObject job(String id, Job job) {
    int state = job.terminated ? 8 : !job.ended ? 4 : job.failing ? 10 : 7;
    List<Integer> status = !job.ended ? List.of(2) : job.failing ? List.of(6, 17) : List.of(17, 2);
    EmulatedObject object =
        object("CIM_ConcreteJob")
            .key("InstanceID", id)
            .uint16("JobState", state)
            .uint16("PercentComplete", job.ended ? 100 : 50)
            .uint16("ErrorCode", job.failing ? 4 : 0)
            .uint16s("OperationalStatus", status);
    return job.failing && job.ended
        ? object.text("ErrorDescription", "the shelf fell over")
        : object;
  }

  static EmulatedObject.Value reference(EmulatedObject.Path path) {
    return new EmulatedObject.Value("reference", path);
  }

  static int hexadecimal(String text) {
    return Integer.parseInt(text.toLowerCase(Locale.ROOT), 16);
  }
}
