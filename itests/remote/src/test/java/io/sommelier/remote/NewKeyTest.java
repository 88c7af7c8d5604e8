package io.sommelier.remote;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.PublicKey;
import java.util.Base64;
import java.util.List;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.keyprovider.FileKeyPairProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NewKeyTest {
    @TempDir
    private static Path directory;

    private static Path file;

    @BeforeAll
    static void make() throws Exception {
        file = directory.resolve("key");
        NewKey.write(file, "a comment");
    }

    private static KeyPair key() {
        return new FileKeyPairProvider(file).loadKeys(null).iterator().next();
    }

    @Test
    void thePublicFileHasTheKeyAsOpenSshWritesIt() throws Exception {
        String line = Files.readString(directory.resolve("key.pub"));

        assertThat(line).startsWith("ecdsa-sha2-nistp256 AAAA").endsWith(" a comment\n");
        PublicKey read = PublicKeyEntry.parsePublicKeyEntry(line.trim()).resolvePublicKey(null, null, null);
        assertThat(read).isEqualTo(key().getPublic());
    }

    @Test
    void thePrivateFileIsForItsOwnerAlone() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(Files.readString(file)).startsWith("-----BEGIN OPENSSH PRIVATE KEY-----");
    }

    @Test
    void nothingElseIsLeftBehind() throws Exception {
        try (var files = Files.list(directory)) {
            assertThat(files.map(Path::getFileName).map(Path::toString).toList())
                    .containsExactlyInAnyOrderElementsOf(List.of("key", "key.pub"));
        }
    }

    @Test
    void aHostIsKnownByItsKeyAlone() throws Exception {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'})
                .encodeToString(key().getPublic().getEncoded());
        String pem = "-----BEGIN PUBLIC KEY-----\n" + lines + "\n-----END PUBLIC KEY-----\n";

        assertThat(Shell.isEncodedIn(pem, key().getPublic())).isTrue();
        assertThat(Shell.isEncodedIn(pem.replaceFirst("[0-9]", "+"), key().getPublic()))
                .isFalse();
        assertThat(Shell.isEncodedIn("", key().getPublic())).isFalse();
    }
}
