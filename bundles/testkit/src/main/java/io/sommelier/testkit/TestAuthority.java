package io.sommelier.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Issues certificates for tests, by the {@code keytool} of the JDK: elliptic keys, PEM files and PKCS#12 stores with {@link #PASSWORD}. Confined to one thread; each
 * certificate takes about a second.
 */
public final class TestAuthority {
    /** Of each key store, and each key in it. */
    public static final String PASSWORD = "secret1";

    private static final String SIGNER = "authority";

    private final Path directory;
    private final Path store;

    /**
     * An authority.
     *
     * @param directory where its files are
     * @param name what it is called; the names of its files begin with it
     */
    public TestAuthority(Path directory, String name) {
        this.directory = directory;
        store = directory.resolve(name + "-authority.p12");
        keytool("-genkeypair", "-alias", SIGNER, "-dname", "CN=" + name, "-ext", "bc:c", "-validity", "30");
        write(trusted(), pem("CERTIFICATE", chainOf(SIGNER)[0]));
    }

    /** A PEM file with the certificate of the authority. */
    public Path trusted() {
        return directory.resolve(store.getFileName().toString().replace(".p12", ".crt"));
    }

    /** Issues a certificate for loopback: {@code localhost}, 127.0.0.1 and ::1. */
    public TestCertificate issue(String name) {
        return issue(name, "dns:localhost,ip:127.0.0.1,ip:::1", "-1d");
    }

    /**
     * Issues a certificate.
     *
     * @param name what its owner is called, and what the names of its files begin with
     * @param hosts whom it is for, as {@code dns:cellar,ip:10.0.0.1}
     * @param from when its two days begin, as {@code -1d}; {@code -9d} has expired
     */
    public TestCertificate issue(String name, String hosts, String from) {
        keytool(
                "-genkeypair",
                "-alias",
                name,
                "-dname",
                "CN=" + name,
                "-signer",
                SIGNER,
                "-ext",
                "san=" + hosts,
                "-startdate",
                from,
                "-validity",
                "2");
        return new TestCertificate(pemChain(name), pemKey(name), storeOf(name), "CN=" + name);
    }

    private Path pemChain(String name) {
        StringBuilder text = new StringBuilder();
        for (Certificate certificate : chainOf(name)) {
            text.append(pem("CERTIFICATE", certificate));
        }
        return write(directory.resolve(name + ".crt"), text.toString());
    }

    private Path pemKey(String name) {
        try {
            byte[] encoded = keys().getKey(name, PASSWORD.toCharArray()).getEncoded();
            return write(directory.resolve(name + ".key"), pem("PRIVATE KEY", encoded));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private Path storeOf(String name) {
        try {
            Path file = directory.resolve(name + ".p12");
            KeyStore own = KeyStore.getInstance("PKCS12");
            own.load(null, null);
            char[] secret = PASSWORD.toCharArray();
            own.setKeyEntry("key", keys().getKey(name, secret), secret, chainOf(name));
            try (var out = Files.newOutputStream(file)) {
                own.store(out, secret);
            }
            return file;
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Certificate[] chainOf(String alias) {
        try {
            return keys().getCertificateChain(alias);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private KeyStore keys() throws GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return keys;
    }

    private void keytool(String... words) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC")); // it ends soon
        command.addAll(List.of(words));
        command.addAll(List.of("-keyalg", "EC", "-keystore", store.toString(), "-storetype", "PKCS12"));
        command.addAll(List.of("-storepass", PASSWORD));
        try {
            Path log = directory.resolve("keytool.log");
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new AssertionError(command + " failed: " + Files.readString(log));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static String pem(String type, Certificate certificate) {
        try {
            return pem(type, certificate.getEncoded());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static String pem(String type, byte[] bytes) {
        return "-----BEGIN " + type + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes) + "\n-----END " + type + "-----\n";
    }

    private static Path write(Path file, String text) {
        try {
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
