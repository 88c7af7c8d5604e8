package io.sommelier.spi;

import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

/** The file that settings were read from, by whoever watches it: perhaps while it was being written. Immutable. */
final class SettingsFile {
    private static final String FILE_NAME = "felix.fileinstall.filename";
    private static final long REST_MILLIS = 300;
    private static final long MOST_MILLIS = 2000;

    private final Path file;

    private SettingsFile(Path file) {
        this.file = file;
    }

    /** The file that these settings name as their own; empty when they come from elsewhere. */
    static Optional<SettingsFile> of(Map<String, ?> values) {
        if (values.get(FILE_NAME) instanceof String name && name.startsWith("file:")) {
            try {
                return Optional.of(new SettingsFile(Path.of(URI.create(name))));
            } catch (IllegalArgumentException e) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    /** Waits until nobody has written to it for 300 ms, at most 2 s. */
    void awaitRest() {
        long waited = 0;
        try {
            for (long missing = missingRest(); missing > 0 && waited < MOST_MILLIS; missing = missingRest()) {
                long pause = Math.min(missing, MOST_MILLIS - waited);
                Thread.sleep(pause);
                waited += pause;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private long missingRest() {
        try {
            return Files.getLastModifiedTime(file).toMillis() + REST_MILLIS - System.currentTimeMillis();
        } catch (IOException e) {
            return 0;
        }
    }

    /** The keys that it names and the settings do not; none when it cannot be read. */
    Set<String> keysBeyond(Map<String, ?> values) {
        Properties texts = new Properties();
        try (Reader in = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
            texts.load(in);
        } catch (IOException | IllegalArgumentException e) {
            return Set.of();
        }
        Set<String> beyond = new TreeSet<>(texts.stringPropertyNames());
        beyond.removeAll(values.keySet());
        return beyond;
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
