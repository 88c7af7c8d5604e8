package io.sommelier.karaf;

import io.sommelier.karaf.ledger.LedgerHandler;
import io.sommelier.karaf.probe.Probe;
import io.sommelier.karaf.probe.ProbeMXBean;
import io.sommelier.karaf.route.EchoRoutes;
import io.sommelier.karaf.route.RouteApp;
import io.sommelier.karaf.slow.SlowHandler;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.ops4j.pax.tinybundles.TinyBundles;

/** Bundles made on the spot, to be dropped. */
final class Jars {
    private Jars() {}

    /** The slow handler, which answers its version. */
    static Path slow(String version) throws IOException {
        String component = """
                <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.3.0" name="slow" activate="activate">
                  <implementation class="io.sommelier.karaf.slow.SlowHandler"/>
                  <service><provide interface="io.sommelier.api.CommandHandler"/></service>
                  <property name="sommelier.target" value="slow"/>
                  <property name="sommelier.operation" value="wait"/>
                  <property name="version" value="%s"/>
                </scr:component>
                """.formatted(version);
        return write(TinyBundles.bundle()
                .addClass(SlowHandler.class)
                .addResource("OSGI-INF/slow.xml", new ByteArrayInputStream(component.getBytes(StandardCharsets.UTF_8)))
                .setHeader("Bundle-ManifestVersion", "2")
                .setHeader("Bundle-SymbolicName", "io.sommelier.karaf.slow")
                .setHeader("Bundle-Version", version)
                .setHeader("Import-Package", "io.sommelier.api")
                .setHeader("Service-Component", "OSGI-INF/slow.xml")
                .build());
    }

    /** The handler that tells the probe what it executes. */
    static Path ledger() throws IOException {
        String component = """
                <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.3.0" name="ledger">
                  <implementation class="io.sommelier.karaf.ledger.LedgerHandler"/>
                  <service><provide interface="io.sommelier.api.CommandHandler"/></service>
                  <reference name="ledger" interface="java.util.function.Consumer" target="(component.name=probe)"
                      bind="setLedger"/>
                  <property name="sommelier.target" value="ledger"/>
                  <property name="sommelier.operation" value="pour"/>
                </scr:component>
                """;
        return write(TinyBundles.bundle()
                .addClass(LedgerHandler.class)
                .addResource(
                        "OSGI-INF/ledger.xml", new ByteArrayInputStream(component.getBytes(StandardCharsets.UTF_8)))
                .setHeader("Bundle-ManifestVersion", "2")
                .setHeader("Bundle-SymbolicName", "io.sommelier.karaf.ledger")
                .setHeader("Bundle-Version", "1.0.0")
                .setHeader("Import-Package", "io.sommelier.api")
                .setHeader("Service-Component", "OSGI-INF/ledger.xml")
                .build());
    }

    /** A feature file with the slow handler as a root feature. */
    static Path slowFeature(String version) throws IOException {
        Path file = Files.createTempFile("slow-" + version, "-features.xml");
        return Files.writeString(file, """
                <features name="slow-%1$s" xmlns="http://karaf.apache.org/xmlns/features/v1.6.0">
                  <feature name="slow" version="%1$s">
                    <bundle>%2$s</bundle>
                  </feature>
                </features>
                """.formatted(version, slow(version).toUri()));
    }

    /** A route on the HTTP server, which answers its version. */
    static Path route(String version) throws IOException {
        String component = """
                <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.3.0" name="route" immediate="true"
                    activate="activate" deactivate="deactivate">
                  <implementation class="io.sommelier.karaf.route.RouteApp"/>
                  <reference name="contexts" interface="io.sommelier.runtime.camel.CamelContexts" bind="setContexts"/>
                  <reference name="engine" interface="org.apache.camel.component.platform.http.spi.PlatformHttpEngine"
                      bind="setEngine"/>
                  <property name="version" value="%s"/>
                </scr:component>
                """.formatted(version);
        return write(TinyBundles.bundle()
                .addClass(RouteApp.class)
                .addClass(EchoRoutes.class)
                .addResource("OSGI-INF/route.xml", new ByteArrayInputStream(component.getBytes(StandardCharsets.UTF_8)))
                .setHeader("Bundle-ManifestVersion", "2")
                .setHeader("Bundle-SymbolicName", "io.sommelier.karaf.route")
                .setHeader("Bundle-Version", version)
                .setHeader(
                        "Import-Package",
                        "io.sommelier.runtime.camel,org.apache.camel,org.apache.camel.builder,org.apache.camel.model,"
                                + "org.apache.camel.spi,org.apache.camel.component.platform.http.spi")
                .setHeader("Service-Component", "OSGI-INF/route.xml")
                .build());
    }

    /** The probe. */
    static Path probe() throws IOException {
        String component = """
                <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.3.0" name="probe" immediate="true"
                    activate="activate" deactivate="deactivate">
                  <implementation class="io.sommelier.karaf.probe.Probe"/>
                  <service><provide interface="java.util.function.Consumer"/></service>
                </scr:component>
                """;
        return write(TinyBundles.bundle()
                .addClass(Probe.class)
                .addClass(ProbeMXBean.class)
                .addClass(Probe.Watched.class)
                .addResource("OSGI-INF/probe.xml", new ByteArrayInputStream(component.getBytes(StandardCharsets.UTF_8)))
                .setHeader("Bundle-ManifestVersion", "2")
                .setHeader("Bundle-SymbolicName", "io.sommelier.karaf.probe")
                .setHeader("Bundle-Version", "1.0.0")
                .setHeader("Import-Package", "org.osgi.framework,org.osgi.framework.wiring,javax.management")
                .setHeader("Service-Component", "OSGI-INF/probe.xml")
                .build());
    }

    /** A bundle that exports packages which Netty and Artemis would take if they were offered: with an open list of imports both would be refreshed. */
    static Path tempting() throws IOException {
        return write(TinyBundles.bundle()
                .addResource("com/jcraft/jzlib/is-empty", new ByteArrayInputStream(new byte[0]))
                .addResource("org/conscrypt/is-empty", new ByteArrayInputStream(new byte[0]))
                .setHeader("Bundle-ManifestVersion", "2")
                .setHeader("Bundle-SymbolicName", "io.sommelier.karaf.tempting")
                .setHeader("Bundle-Version", "1.0.0")
                .setHeader("Export-Package", "com.jcraft.jzlib;version=1.1.3,org.conscrypt;version=2.5.2")
                .build());
    }

    private static Path write(InputStream built) throws IOException {
        Path jar = Files.createTempFile("bundle", ".jar");
        try (InputStream bundle = built) {
            Files.copy(bundle, jar, StandardCopyOption.REPLACE_EXISTING);
        }
        return jar;
    }
}
