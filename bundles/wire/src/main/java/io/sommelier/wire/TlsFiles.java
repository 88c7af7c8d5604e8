package io.sommelier.wire;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * Where one end of a TLS connection has its key, and the certificates that it trusts. Immutable; its text form names no password.
 *
 * @param certificate a PEM file with the certificate and those that sign it; empty when {@code keyStore} is used, or there is none
 * @param key a PEM file with its private key in PKCS#8, perhaps encrypted; present exactly when {@code certificate} is
 * @param keyStore a PKCS#12 file with both; empty when PEM files are used, or there is none
 * @param password of the key or the key store; empty for none
 * @param trust a PEM file with certificates that are trusted, or a PKCS#12 file with them; empty for those that the JDK trusts
 * @param trustPassword of a PKCS#12 file of trusted certificates; empty for none
 */
public record TlsFiles(
        Optional<Path> certificate,
        Optional<Path> key,
        Optional<Path> keyStore,
        String password,
        Optional<Path> trust,
        String trustPassword) {
    /** No key, and what the JDK trusts. */
    public static final TlsFiles NONE =
            new TlsFiles(Optional.empty(), Optional.empty(), Optional.empty(), "", Optional.empty(), "");

    private static final Pattern PEM_KEY = Pattern.compile(
            "-----BEGIN (ENCRYPTED )?PRIVATE KEY-----(.+?)-----END (ENCRYPTED )?PRIVATE KEY-----", Pattern.DOTALL);

    private static final String PEM_BEGIN = "-----BEGIN ";
    private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA", "RSASSA-PSS");

    /** @throws IllegalArgumentException when there is a certificate without a key, a key without a certificate, or both PEM files and a key store */
    public TlsFiles {
        Objects.requireNonNull(password, "password");
        Objects.requireNonNull(trust, "trust");
        Objects.requireNonNull(trustPassword, "trustPassword");
        if (certificate.isPresent() != key.isPresent()) {
            throw new IllegalArgumentException("a certificate and its key belong together, allowed are both or none");
        }
        if (keyStore.isPresent() && certificate.isPresent()) {
            throw new IllegalArgumentException("allowed is either a key store, or a certificate and its key");
        }
    }

    /** These files with a certificate and its key in PEM; the password is that of the key, empty for none. */
    public TlsFiles withCertificate(Path newCertificate, Path newKey, String newPassword) {
        return new TlsFiles(
                Optional.of(newCertificate), Optional.of(newKey), Optional.empty(), newPassword, trust, trustPassword);
    }

    /** These files with a certificate and its key in a PKCS#12 store. */
    public TlsFiles withKeyStore(Path newKeyStore, String newPassword) {
        return new TlsFiles(
                Optional.empty(), Optional.empty(), Optional.of(newKeyStore), newPassword, trust, trustPassword);
    }

    /** These files with a PEM file of trusted certificates. */
    public TlsFiles withTrust(Path newTrust) {
        return withTrust(newTrust, "");
    }

    /** These files with a file of trusted certificates, PEM or PKCS#12. */
    public TlsFiles withTrust(Path newTrust, String newTrustPassword) {
        return new TlsFiles(certificate, key, keyStore, password, Optional.of(newTrust), newTrustPassword);
    }

    /** Whether there is a key, which the end that accepts connections needs. */
    public boolean hasKey() {
        return certificate.isPresent() || keyStore.isPresent();
    }

    /** All files, those of the key first. */
    public List<Path> files() {
        List<Path> files = new ArrayList<>();
        certificate.ifPresent(files::add);
        key.ifPresent(files::add);
        keyStore.ifPresent(files::add);
        trust.ifPresent(files::add);
        return List.copyOf(files);
    }

    /** What tells whether a file has changed: one word for each. Reads the directory, so call it on a thread that may block. */
    List<String> stamps() {
        List<String> stamps = new ArrayList<>();
        for (Path file : files()) {
            try {
                stamps.add(file + " " + Files.getLastModifiedTime(file) + " " + Files.size(file));
            } catch (IOException absent) {
                stamps.add(file + " cannot be read");
            }
        }
        return stamps;
    }

    /**
     * Reads the files. Blocks.
     *
     * @throws IllegalArgumentException naming the file and what is wrong with it, never a secret: it cannot be read, the password is wrong, it has no key, the key is not
     *     that of the certificate, it has no certificate to trust
     */
    public SSLContext load() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys(), trusted(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("no TLS context can be made of " + files() + ": " + e.getMessage(), e);
        }
    }

    // --- the key ----------------------------------------------------------------------------------------------

    private KeyManager[] keys() {
        if (!hasKey()) {
            return new KeyManager[0];
        }
        Path file = keyStore.or(() -> key).orElseThrow();
        try {
            char[] secret = password.toCharArray();
            KeyStore store = keyStore.isPresent() ? pkcs12(file, password) : pemStore(secret);
            checkKeys(store, secret);
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, secret);
            return keys.getKeyManagers();
        } catch (GeneralSecurityException | IOException e) {
            throw unusable(file, "a private key with its certificate", e);
        }
    }

    private KeyStore pemStore(char[] secret) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try {
            store.load(null, null);
        } catch (IOException never) {
            throw new IllegalStateException(never);
        }
        Certificate[] chain = certificates(certificate.orElseThrow()).toArray(new Certificate[0]);
        store.setKeyEntry("key", pemKey(key.orElseThrow(), secret), secret, chain);
        return store;
    }

    private static PrivateKey pemKey(Path file, char[] secret) throws GeneralSecurityException, IOException {
        Matcher pem = PEM_KEY.matcher(Files.readString(file, StandardCharsets.US_ASCII));
        if (!pem.find()) {
            throw new InvalidKeyException("it has no BEGIN PRIVATE KEY");
        }
        byte[] encoded;
        try {
            encoded = Base64.getMimeDecoder().decode(pem.group(2));
        } catch (IllegalArgumentException notInBase64) {
            throw new InvalidKeyException("its key is not in base 64", notInBase64);
        }
        PKCS8EncodedKeySpec spec = pem.group(1) == null ? new PKCS8EncodedKeySpec(encoded) : decrypted(encoded, secret);
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (GeneralSecurityException anotherAlgorithm) {
                // the next one may know it
            }
        }
        throw new InvalidKeyException("its key is of no algorithm of " + ALGORITHMS);
    }

    private static PKCS8EncodedKeySpec decrypted(byte[] encoded, char[] secret)
            throws GeneralSecurityException, IOException {
        EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(encoded);
        // PBES2 hides the algorithm that counts in its parameters, whose text form is its name.
        String algorithm =
                info.getAlgName().equals("PBES2") || info.getAlgName().startsWith("1.2.840.113549.1.5.13")
                        ? info.getAlgParameters().toString()
                        : info.getAlgName();
        Cipher cipher = Cipher.getInstance(algorithm);
        cipher.init(
                Cipher.DECRYPT_MODE,
                SecretKeyFactory.getInstance(algorithm).generateSecret(new PBEKeySpec(secret)),
                info.getAlgParameters());
        return info.getKeySpec(cipher);
    }

    /** A key that is not that of its certificate would fail every handshake to come, so it is found out here. */
    private static void checkKeys(KeyStore store, char[] secret) throws GeneralSecurityException {
        boolean hasKey = false;
        for (String alias : Collections.list(store.aliases())) {
            if (store.isKeyEntry(alias) && store.getKey(alias, secret) instanceof PrivateKey privateKey) {
                hasKey = true;
                checkPair(privateKey, store.getCertificate(alias));
            }
        }
        if (!hasKey) {
            throw new InvalidKeyException("it has no private key");
        }
    }

    private static void checkPair(PrivateKey privateKey, Certificate certificate) throws GeneralSecurityException {
        String algorithm = switch (privateKey.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            case "EdDSA" -> "EdDSA";
            default -> "";
        };
        if (algorithm.isEmpty()) {
            return;
        }
        boolean fits;
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(privateKey);
            signature.update((byte) 1);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update((byte) 1);
            fits = signature.verify(signed);
        } catch (GeneralSecurityException ofAnotherKind) {
            fits = false;
        }
        if (!fits) {
            throw new InvalidKeyException("the private key is not that of the certificate");
        }
    }

    // --- whom it trusts ---------------------------------------------------------------------------------------

    /** Nothing where the JDK is to decide. */
    private TrustManager[] trusted() {
        if (trust.isEmpty()) {
            return null; // what SSLContext.init takes for the default
        }
        Path file = trust.get();
        try {
            KeyStore store = isPem(file) ? pemTrust(file) : pkcs12(file, trustPassword);
            if (store.size() == 0) {
                throw new InvalidKeyException("it has no certificate");
            }
            TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trusted.init(store);
            return trusted.getTrustManagers();
        } catch (GeneralSecurityException | IOException e) {
            throw unusable(file, "certificates to trust", e);
        }
    }

    private static boolean isPem(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(PEM_BEGIN);
    }

    private static KeyStore pemTrust(Path file) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (Certificate trusted : certificates(file)) {
            store.setCertificateEntry("trusted-" + store.size(), trusted);
        }
        return store;
    }

    private static Collection<? extends Certificate> certificates(Path file)
            throws GeneralSecurityException, IOException {
        byte[] bytes = Files.readAllBytes(file);
        Collection<? extends Certificate> certificates;
        try {
            certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(bytes));
        } catch (CertificateException bad) { // its message names no file, and a key is read beside it
            throw new CertificateException(file + " has no certificate that can be read: " + bad.getMessage(), bad);
        }
        if (certificates.isEmpty()) {
            throw new InvalidKeyException(file + " has no certificate");
        }
        return certificates;
    }

    private static KeyStore pkcs12(Path file, String password) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(
                new ByteArrayInputStream(Files.readAllBytes(file)), password.isEmpty() ? null : password.toCharArray());
        return store;
    }

    private static IllegalArgumentException unusable(Path file, String allowed, Exception why) {
        return new IllegalArgumentException(
                file + " cannot be used (allowed: " + allowed + "): "
                        + (why instanceof java.nio.file.NoSuchFileException
                                ? "there is no such file"
                                : why.getMessage() == null ? why.toString() : why.getMessage()),
                why);
    }

    /** The files, no password. */
    @Override
    public String toString() {
        return files().toString();
    }
}
