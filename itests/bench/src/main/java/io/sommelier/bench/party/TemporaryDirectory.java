package io.sommelier.bench.party;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Directories below that of the system, for files that nobody needs afterwards. */
public final class TemporaryDirectory {
    private TemporaryDirectory() {}

    /** Makes an empty one. */
    public static Path create(String name) {
        try {
            return Files.createTempDirectory("sommelier-bench-" + name + "-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Deletes it with all that is in it; what cannot be deleted stays. */
    public static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException | UncheckedIOException e) {
            System.err.println(directory + " stays: " + e.getMessage());
        }
    }
}
