package io.sommelier.house;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** All bundles of a system and the direction in which they may use each other. Immutable. */
record House(List<Bundle> bundles) {
    private static final String ROOT = "io.sommelier.";

    private static final Set<String> ANNOTATIONS = Set.of("org.osgi.annotation");
    private static final Set<String> LOGGING = Set.of("org.slf4j");
    private static final Set<String> COMPONENTS =
            Set.of("org.osgi.service.component.annotations", "org.osgi.service.metatype.annotations");
    private static final Set<String> COMMON = union(ANNOTATIONS, LOGGING, COMPONENTS);
    private static final Set<String> ARTEMIS = Set.of("org.apache.activemq.artemis");
    private static final Set<String> JMS = Set.of("jakarta.jms", "org.messaginghub.pooled.jms");
    private static final Set<String> NETTY = Set.of("io.netty");
    private static final Set<String> NETTY_BUFFER_ALONE = Set.of("io.netty.buffer!");
    private static final Set<String> CAMEL = Set.of("org.apache.camel");
    private static final Set<String> FRAMEWORK = Set.of("org.osgi.framework");
    private static final Set<String> TEST_TOOLS = Set.of(
            "org.junit.jupiter.api", "org.opentest4j", "org.apiguardian.api", "org.assertj.core", "org.awaitility");

    /** Packages of others whose classes stand in the one bundle that uses them. */
    static final Set<String> EMBEDDED = Set.of("org.HdrHistogram");

    House {
        bundles = List.copyOf(bundles);
    }

    /** The house of this project. A new bundle gets its row here, or the build fails. */
    static House sommelier() {
        return new House(List.of(
                bundle("api", Set.of(), ANNOTATIONS),
                bundle("spi", Set.of("api"), COMMON),
                bundle("wire", Set.of("api"), union(COMMON, NETTY_BUFFER_ALONE)),
                bundle("controller", Set.of("api", "spi"), union(COMMON, FRAMEWORK, Set.of("org.HdrHistogram"))),
                bundle("pipeline", Set.of("api", "spi"), COMMON),
                bundle(
                        "transport-embedded",
                        Set.of("api", "spi", "wire"),
                        union(COMMON, FRAMEWORK, Set.of("org.osgi.service.component!"))),
                bundle("transport-link", Set.of("api", "spi", "wire"), union(COMMON, NETTY)),
                bundle("transport-tcp", Set.of("api", "spi", "wire", "transport-link"), union(COMMON, NETTY)),
                bundle(
                        "transport-websocket",
                        Set.of("api", "spi", "wire", "transport-link"),
                        union(COMMON, NETTY, Set.of("com.fasterxml.jackson.core"))),
                bundle("connector", Set.of("api", "wire"), union(COMMON, NETTY)),
                bundle("testkit", Set.of("api", "spi", "wire"), union(COMMON, TEST_TOOLS)),
                bundle("camel", Set.of("api"), union(COMMON, CAMEL, FRAMEWORK, Set.of("org.osgi.service.component!"))),
                bundle("http-engine", Set.of("api", "spi"), union(COMMON, NETTY, CAMEL)),
                // spi for its settings reader alone, runtime-camel for the contexts
                bundle(
                        "gateway-http",
                        Set.of("api", "spi", "runtime-camel"),
                        union(COMMON, CAMEL, Set.of("com.fasterxml.jackson.core"))),
                bundle(
                        "runtime-camel",
                        Set.of(),
                        union(COMMON, CAMEL, FRAMEWORK, Set.of("org.osgi.service.component!"))),
                bundle(
                        "gateway-jms",
                        Set.of("api", "spi", "camel", "runtime-camel", "runtime-artemis"),
                        union(COMMON, CAMEL, ARTEMIS, JMS)),
                bundle("mailbox-artemis", Set.of("api", "spi", "runtime-artemis"), union(COMMON, ARTEMIS)),
                bundle("runtime-artemis", Set.of("api", "spi"), union(COMMON, ARTEMIS, JMS, FRAMEWORK)),
                bundle("runtime-netty", Set.of(), union(NETTY, FRAMEWORK)),
                bundle("shell", Set.of("api"), union(COMMON, Set.of("org.apache.karaf.shell"))),
                new Bundle("examples/caller", ROOT + "examples.caller", Set.of("api"), COMMON),
                new Bundle("examples/demo-connector", ROOT + "examples.demo", Set.of("api", "connector"), COMMON),
                new Bundle("examples/greeter", ROOT + "examples.greeter", Set.of("api"), COMMON)));
    }

    /**
     * What wires the bundles by hand in a plain JVM. It is no bundle, so it alone may name the controller and the
     * pipeline, by their root packages.
     */
    static Bundle plain() {
        return bundle(
                "plain",
                Set.of("api", "spi", "wire", "controller", "pipeline", "transport-embedded", "transport-tcp"),
                LOGGING);
    }

    Optional<Bundle> ownerOf(String packageName) {
        return bundles.stream().filter(bundle -> bundle.owns(packageName)).findFirst();
    }

    Bundle named(String name) {
        return bundles.stream()
                .filter(bundle -> bundle.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Bundle bundle(String name, Set<String> bundles, Set<String> thirdParty) {
        return new Bundle(name, ROOT + name.replace('-', '.'), bundles, thirdParty);
    }

    @SafeVarargs
    private static Set<String> union(Set<String>... sets) {
        var union = new TreeSet<String>();
        for (Set<String> set : sets) {
            union.addAll(set);
        }
        return union;
    }
}
