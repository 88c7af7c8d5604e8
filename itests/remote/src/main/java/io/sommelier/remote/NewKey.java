package io.sommelier.remote;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;

/** Makes a key for SSH, in the files that OpenSSH would make: {@code FILE}, for its owner alone, and {@code FILE.pub}. */
public final class NewKey {
    private static final String CURVE = "secp256r1"; // made in an instant, and known to Karaf and OpenSSH

    private NewKey() {}

    /** The program. */
    public static void main(String[] arguments) throws IOException, GeneralSecurityException {
        if (arguments.length != 2) {
            System.err.println("Usage: NewKey FILE COMMENT");
            System.exit(2);
        }
        write(Path.of(arguments[0]), arguments[1]);
    }

    /** Writes both files. The private one is there at once and whole, or not at all. */
    static void write(Path file, String comment) throws IOException, GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(CURVE));
        KeyPair pair = generator.generateKeyPair();
        Files.writeString(
                file.resolveSibling(file.getFileName() + ".pub"),
                PublicKeyEntry.toString(pair.getPublic()) + " " + comment + "\n");
        Path whole = Files.createTempFile(
                file.toAbsolutePath().getParent(),
                "key",
                ".new",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (OutputStream out = Files.newOutputStream(whole)) {
            OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(pair, comment, null, out);
        }
        Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
