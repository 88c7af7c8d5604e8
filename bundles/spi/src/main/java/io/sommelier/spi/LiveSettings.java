package io.sommelier.spi;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The settings of a component that lives while they change. Thread-safe.
 *
 * <p>Good settings take effect, and are kept on disk as the last good ones. Bad settings change nothing: what is in effect stays; at a start the last good ones are in
 * effect, or the defaults where none were kept. Each time one warning names everything that is wrong. They are kept below the directory that the system property
 * {@code sommelier.data} names, or in {@code sommelier} below {@code karaf.data}; with neither, they are not.
 *
 * <p>Of settings that come from a file, the file decides: a change waits until nobody has written to it for 300 ms, 2 s at most, and is passed over when the file says more by
 * then, since it was read while it was being written; whoever watches the file reads it again.
 *
 * <pre>
 * settings = new LiveSettings&lt;&gt;("io.sommelier.cellar", properties, CellarSettings::read); // at activation
 * if (settings.change(properties)) { cellar.settings(settings.now()); } // at each change
 * </pre>
 */
public final class LiveSettings<T> {
    private static final String LAST_GOOD = "last-good";

    private final Logger log;
    private final String pid;
    private final Function<Map<String, ?>, T> read;
    private final Path lastGood; // null where nothing is kept
    private volatile T now;
    private volatile String refusal; // null while none

    /**
     * Reads the settings of a component that starts.
     *
     * @param pid whose settings they are
     * @param values the settings
     * @param read makes settings of values, and of none the defaults; throws {@link IllegalArgumentException} naming every violation, as {@link SettingsReader#check} does
     */
    public LiveSettings(String pid, Map<String, ?> values, Function<Map<String, ?>, T> read) {
        this(pid, values, read, directory());
    }

    LiveSettings(String pid, Map<String, ?> values, Function<Map<String, ?>, T> read, Path directory) {
        this.log = LoggerFactory.getLogger(pid);
        this.pid = pid;
        this.read = read;
        this.lastGood = directory == null ? null : directory.resolve(LAST_GOOD).resolve(pid + ".properties");
        try {
            accept(read.apply(values), values);
        } catch (IllegalArgumentException e) {
            Optional<T> kept = kept();
            now = kept.orElseGet(() -> read.apply(Map.of()));
            refuse("The settings are refused, the " + (kept.isPresent() ? "last good ones" : "defaults")
                    + " are in effect: " + e.getMessage());
        }
        log.info("Settings in effect: {}", now);
    }

    private static Path directory() {
        String own = System.getProperty("sommelier.data");
        String karaf = System.getProperty("karaf.data");
        if (own != null) {
            return Path.of(own);
        }
        return karaf == null ? null : Path.of(karaf, "sommelier");
    }

    /** The settings in effect. */
    public T now() {
        return now;
    }

    /** Whether settings were refused last, and older ones, or the defaults, are in effect. */
    public boolean isDegraded() {
        return refusal != null;
    }

    /** What was refused last, and what is in effect instead, in one line that may go to an operator; empty when nothing was. */
    public Optional<String> problem() {
        return Optional.ofNullable(refusal);
    }

    /** Takes changed settings, all or none; {@code true} when {@link #now} is another than before. May wait for their file, see above: never called by an I/O thread. */
    public synchronized boolean change(Map<String, ?> values) {
        if (isHalfRead(values)) {
            return false;
        }
        T before = now;
        try {
            accept(read.apply(values), values);
        } catch (IllegalArgumentException e) {
            refuse("The changed settings are refused, what was in effect stays: " + e.getMessage());
            return false;
        }
        boolean isChanged = !now.equals(before);
        if (isChanged) {
            log.info("Settings in effect: {}", now);
        }
        return isChanged;
    }

    private boolean isHalfRead(Map<String, ?> values) {
        Optional<SettingsFile> file = SettingsFile.of(values);
        if (file.isEmpty()) {
            return false;
        }
        file.get().awaitRest();
        Set<String> missing = file.get().keysBeyond(values);
        if (!missing.isEmpty()) {
            log.info("{} was read while it was being written, and is read again: {} came later", file.get(), missing);
        }
        return !missing.isEmpty();
    }

    private void refuse(String problem) {
        refusal = problem;
        log.warn("{}", problem);
    }

    private void accept(T good, Map<String, ?> values) {
        now = good;
        refusal = null;
        if (lastGood == null || !values.containsKey("service.pid")) {
            return; // nobody has set anything
        }
        Properties texts = new Properties();
        new TreeMap<>(values).forEach((key, value) -> {
            if (!key.startsWith("service.") && !key.startsWith("component.") && !key.startsWith("felix.")) {
                texts.setProperty(key, String.valueOf(value));
            }
        });
        try {
            keep(texts);
        } catch (IOException e) {
            log.warn("The settings cannot be kept as the last good ones in {}: {}", lastGood, e.toString());
        }
    }

    private void keep(Properties texts) throws IOException {
        Files.createDirectories(lastGood.getParent());
        Path fresh = Files.createTempFile(lastGood.getParent(), pid, ".new"); // for the owner's eyes only
        try (Writer out = Files.newBufferedWriter(fresh)) {
            texts.store(out, "The last good settings of " + pid + "; used at a start while its file is bad.");
        }
        Files.move(fresh, lastGood, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    private Optional<T> kept() {
        if (lastGood == null || !Files.isReadable(lastGood)) {
            return Optional.empty();
        }
        Properties texts = new Properties();
        try (Reader in = Files.newBufferedReader(lastGood)) {
            texts.load(in);
            Map<String, String> values = new TreeMap<>();
            texts.stringPropertyNames().forEach(key -> values.put(key, texts.getProperty(key)));
            return Optional.of(read.apply(values));
        } catch (IOException | IllegalArgumentException e) {
            log.warn("The last good settings in {} are of no use: {}", lastGood, e.toString());
            return Optional.empty();
        }
    }
}
