package io.sommelier.karaf;

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
        Path jar = Files.createTempFile("slow", ".jar");
        try (InputStream bundle = TinyBundles.bundle()
                .addClass(SlowHandler.class)
                .addResource("OSGI-INF/slow.xml", new ByteArrayInputStream(component.getBytes(StandardCharsets.UTF_8)))
                .setHeader("Bundle-ManifestVersion", "2")
                .setHeader("Bundle-SymbolicName", "io.sommelier.karaf.slow")
                .setHeader("Bundle-Version", version)
                .setHeader("Import-Package", "io.sommelier.api")
                .setHeader("Service-Component", "OSGI-INF/slow.xml")
                .build()) {
            Files.copy(bundle, jar, StandardCopyOption.REPLACE_EXISTING);
        }
        return jar;
    }
}
