package io.sommelier.transport.link;

import io.sommelier.spi.SettingsReader;
import io.sommelier.wire.TlsFiles;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * TLS, as a transport is set up with it. Immutable; its text form names no password.
 *
 * @param files where the key and the trusted certificates are; without a key the transport accepts connections without TLS
 * @param clients whether who dials has to show a certificate
 * @param check how often the files are looked at for a change; 100 ms to 1 h
 * @param handshakeLimit how long a handshake may take; 100 ms to 10 min
 */
public record TlsSettings(TlsFiles files, Clients clients, Duration check, Duration handshakeLimit) {
    private static final Duration LEAST = Duration.ofMillis(100);
    private static final Duration MOST_CHECK = Duration.ofHours(1);
    private static final Duration MOST_HANDSHAKE = Duration.ofMinutes(10);

    /** No TLS. */
    public static final TlsSettings OFF =
            new TlsSettings(TlsFiles.NONE, Clients.NONE, Duration.ofSeconds(10), Duration.ofSeconds(5));

    /** Whether who dials has to show a certificate that the transport trusts. */
    public enum Clients {
        /** He is not asked for one. */
        NONE,
        /** He may; a bad one ends the handshake. */
        OPTIONAL,
        /** He must. */
        REQUIRED
    }

    /** @throws IllegalArgumentException when a time is out of range, or certificates are asked for and none is trusted */
    public TlsSettings {
        Objects.requireNonNull(files, "files");
        Objects.requireNonNull(clients, "clients");
        check("tlsCheck", check, MOST_CHECK);
        check("tlsHandshakeLimit", handshakeLimit, MOST_HANDSHAKE);
        if (clients != Clients.NONE && files.trust().isEmpty()) {
            throw new IllegalArgumentException("tlsClients = " + clients.name().toLowerCase(Locale.ROOT)
                    + " without tlsTrust (allowed: none, or the file of those whose certificates are trusted)");
        }
    }

    private static void check(String name, Duration value, Duration most) {
        if (value.compareTo(LEAST) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    name + " " + value + " is out of range, allowed are " + LEAST + " to " + most);
        }
    }

    /**
     * Reads the keys that begin with {@code tls}; violations are left with the reader.
     *
     * @return what was read; {@link #OFF} where the keys contradict each other
     */
    public static TlsSettings read(SettingsReader reader) {
        Optional<Path> certificate = path(reader, "tlsCertificate");
        Optional<Path> key = path(reader, "tlsKey");
        Optional<Path> keyStore = path(reader, "tlsKeyStore");
        String password = reader.text("tlsPassword", "");
        Optional<Path> trust = path(reader, "tlsTrust");
        String trustPassword = reader.text("tlsTrustPassword", "");
        String clients = reader.choice("tlsClients", "none", Set.of("none", "optional", "required"));
        Duration check = reader.duration("tlsCheck", OFF.check, LEAST, MOST_CHECK);
        Duration handshake = reader.duration("tlsHandshakeLimit", OFF.handshakeLimit, LEAST, MOST_HANDSHAKE);
        try {
            return new TlsSettings(
                    new TlsFiles(certificate, key, keyStore, password, trust, trustPassword),
                    Clients.valueOf(clients.toUpperCase(Locale.ROOT)),
                    check,
                    handshake);
        } catch (IllegalArgumentException contradiction) {
            reader.violation(contradiction.getMessage());
            return OFF;
        }
    }

    private static Optional<Path> path(SettingsReader reader, String key) {
        String text = reader.text(key, "");
        try {
            return text.isEmpty() ? Optional.empty() : Optional.of(Path.of(text));
        } catch (InvalidPathException noPath) {
            reader.violation(key + " = " + text + " (allowed: the path of a file)");
            return Optional.empty();
        }
    }

    /** Whether connections are accepted with TLS. */
    public boolean isOn() {
        return files.hasKey();
    }

    /** These settings with other files. */
    public TlsSettings withFiles(TlsFiles newFiles) {
        return new TlsSettings(newFiles, clients, check, handshakeLimit);
    }

    /** These settings, asking who dials for a certificate or not. */
    public TlsSettings withClients(Clients newClients) {
        return new TlsSettings(files, newClients, check, handshakeLimit);
    }

    /** These settings with other times. */
    public TlsSettings withTimes(Duration newCheck, Duration newHandshakeLimit) {
        return new TlsSettings(files, clients, newCheck, newHandshakeLimit);
    }
}
