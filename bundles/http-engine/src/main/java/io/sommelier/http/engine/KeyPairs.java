package io.sommelier.http.engine;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;

/** Whether a private key and a certificate belong together. Stateless. */
final class KeyPairs {
    private static final byte[] SAMPLE = {1};

    private KeyPairs() {}

    /**
     * Signs with the key, and verifies with the certificate: a key that is not that of its certificate would fail every handshake to come. A key of a kind that it does not know
     * passes.
     *
     * @throws InvalidKeyException when the certificate is that of another key
     */
    static void check(PrivateKey key, Certificate certificate) throws InvalidKeyException {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            case "DSA" -> "SHA256withDSA";
            case "EdDSA" -> "EdDSA";
            default -> "";
        };
        if (!algorithm.isEmpty() && !fits(algorithm, key, certificate)) {
            throw new InvalidKeyException("the private key is not that of the certificate");
        }
    }

    private static boolean fits(String algorithm, PrivateKey key, Certificate certificate) {
        try {
            Signature signature = Signature.getInstance(algorithm);
            signature.initSign(key);
            signature.update(SAMPLE);
            byte[] signed = signature.sign();
            signature.initVerify(certificate.getPublicKey());
            signature.update(SAMPLE);
            return signature.verify(signed);
        } catch (GeneralSecurityException ofAnotherKind) {
            return false;
        }
    }
}
