package io.sommelier.bench.party;

import io.sommelier.wire.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A directory with the key of whoever listens on the loopback address, and its certificate, which those who dial trust.
 * Immutable.
 *
 * @param directory where they are
 */
public record Keys(Path directory) {
    private static final String PASSWORD = "of no worth";
    private static final long LIMIT_SECONDS = 30;

    /**
     * Makes a key and a certificate, with the {@code keytool} of this Java.
     *
     * @throws IllegalStateException when that cannot be done
     */
    public static Keys create(Path directory) {
        Keys keys = new Keys(directory);
        keys.keytool(
                "-genkeypair",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=bench",
                "-ext",
                "san=ip:127.0.0.1,dns:localhost",
                "-validity",
                "30");
        keys.keytool("-exportcert", "-rfc", "-file", keys.certificate().toString());
        return keys;
    }

    private Path store() {
        return directory.resolve("bench.p12");
    }

    private Path certificate() {
        return directory.resolve("bench.crt");
    }

    private void keytool(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of(
                "-alias", "bench", "-storetype", "PKCS12", "-storepass", PASSWORD, "-keystore", store().toString()));
        Path said = directory.resolve("keytool.log");
        try {
            Process keytool = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile())
                    .start();
            if (!keytool.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
                keytool.destroyForcibly();
                throw new IllegalStateException("keytool made no key: " + Files.readString(said));
            }
        } catch (IOException e) {
            throw new IllegalStateException("keytool made no key", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Of whoever listens. */
    public TlsFiles ofListener() {
        return TlsFiles.NONE.withKeyStore(store(), PASSWORD);
    }

    /** Of those who dial. */
    public TlsFiles ofDialer() {
        return TlsFiles.NONE.withTrust(certificate());
    }
}
