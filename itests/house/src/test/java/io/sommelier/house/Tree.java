package io.sommelier.house;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/** The source tree this test runs in: where the modules and their built classes are. */
final class Tree {
    private static final Path ROOT = Path.of(System.getProperty("basedir", ""))
            .toAbsolutePath()
            .getParent()
            .getParent();

    private Tree() {}

    static JavaClasses classesOf(Bundle bundle) {
        return new ClassFileImporter().importPath(built("bundles", bundle));
    }

    static JavaClasses classesOfPlain() {
        return new ClassFileImporter().importPath(built("itests", House.plain()));
    }

    static JavaClasses classesOfAll(House house) {
        Stream<Path> bundles = house.bundles().stream().map(bundle -> built("bundles", bundle));
        return new ClassFileImporter()
                .importPaths(Stream.concat(bundles, Stream.of(built("itests", House.plain())))
                        .toList());
    }

    static Manifest manifestOf(Bundle bundle) throws IOException {
        try (InputStream in = Files.newInputStream(built("bundles", bundle).resolve("META-INF/MANIFEST.MF"))) {
            return new Manifest(in);
        }
    }

    /** The names of all modules below {@code bundles} that build a jar. */
    static List<String> moduleNames() throws IOException {
        Path bundles = ROOT.resolve("bundles");
        try (Stream<Path> files = Files.find(bundles, 3, (path, attributes) -> path.endsWith("pom.xml"))) {
            return files.filter(Tree::buildsJar)
                    .map(pom -> bundles.relativize(pom.getParent()).toString().replace('\\', '/'))
                    .sorted()
                    .toList();
        }
    }

    private static boolean buildsJar(Path pom) {
        try {
            return !Files.readString(pom).contains("<packaging>pom</packaging>");
        } catch (IOException e) {
            throw new IllegalStateException("cannot read " + pom, e);
        }
    }

    private static Path built(String parent, Bundle bundle) {
        Path module = ROOT.resolve(parent).resolve(bundle.name());
        Path classes = module.resolve("target/classes");
        if (!Files.isDirectory(classes) && Files.isDirectory(module.resolve("src/main/java"))) {
            throw new IllegalStateException(bundle.name() + " is not built: there is no " + classes);
        }
        return classes;
    }
}
