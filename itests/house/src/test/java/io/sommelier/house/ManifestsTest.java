package io.sommelier.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;

/** Each manifest rule finds its fault, and a good manifest has none. */
class ManifestsTest {
    private static final Bundle BUNDLE = new Bundle("tap", "io.sommelier.tap", Set.of(), Set.of());
    private static final String NAME = "Bundle-SymbolicName";

    @Test
    void aGoodManifestHasNoFault() {
        assertThat(faults(Map.of(
                        NAME,
                        "io.sommelier.tap;singleton:=true",
                        "Export-Package",
                        "io.sommelier.tap;version=\"1.0.0\";uses:=\"java.util,io.sommelier.api\"",
                        "Import-Package",
                        "io.netty.buffer;version=\"[4.1,4.2)\",org.slf4j;version=\"[2.0,3)\"")))
                .isEmpty();
    }

    @Test
    void aMissingOrOtherSymbolicNameIsAFault() {
        assertThat(faults(Map.of())).singleElement().asString().contains(NAME);
        assertThat(faults(Map.of(NAME, "sommelier-tap")))
                .singleElement()
                .asString()
                .contains("sommelier-tap");
    }

    @Test
    void aDynamicImportIsAFault() {
        assertThat(faults(Map.of(NAME, "io.sommelier.tap", "DynamicImport-Package", "*")))
                .containsExactly("DynamicImport-Package is there");
    }

    @Test
    void anExportOfAnInternalPackageIsAFault() {
        assertThat(faults(Map.of(
                        NAME,
                        "io.sommelier.tap",
                        "Export-Package",
                        "io.sommelier.tap;version=\"1.0.0\",io.sommelier.tap.internal.deep;version=\"1.0.0\"")))
                .containsExactly("it exports the internal package io.sommelier.tap.internal.deep");
    }

    @Test
    void anyExportIsAFaultOfABundleThatMeetsOthersOnlyAsAService() {
        Manifest manifest = manifest(Map.of(NAME, "io.sommelier.tap", "Export-Package", "io.sommelier.tap"));

        assertThat(Manifests.faults(BUNDLE, false, manifest))
                .singleElement()
                .asString()
                .contains("exports io.sommelier.tap,");
    }

    @Test
    void aWiderNettyRangeIsAFault() {
        assertThat(faults(Map.of(NAME, "io.sommelier.tap", "Import-Package", "io.netty.buffer;version=\"[4.1,5)\"")))
                .singleElement()
                .asString()
                .contains("io.netty.buffer", "[4.1,5)");
    }

    private static List<String> faults(Map<String, String> headers) {
        return Manifests.faults(BUNDLE, true, manifest(headers));
    }

    private static Manifest manifest(Map<String, String> headers) {
        var manifest = new Manifest();
        headers.forEach(manifest.getMainAttributes()::putValue);
        return manifest;
    }
}
