package io.sommelier.processes;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * As much of curl as the README needs, for machines that have none: {@code -d}, {@code -H}, {@code -i}, {@code -sS},
 * {@code -N}. HTTP/1.0, so that a reply ends with its connection and comes as it is.
 */
final class Curl {
    private Curl() {}

    static boolean isInstalled() {
        return Stream.of(System.getenv("PATH").split(":")).anyMatch(path -> Files.isExecutable(Path.of(path, "curl")));
    }

    /** A directory with a {@code curl} in it. */
    static Path standIn() {
        try {
            Path directory = Files.createDirectories(Path.of("target", "curl").toAbsolutePath());
            Path script = directory.resolve("curl");
            Files.writeString(
                    script,
                    "#!/bin/sh\nexec '%s/bin/java' -XX:TieredStopAtLevel=1 -cp '%s' %s \"$@\"\n"
                            .formatted(
                                    System.getProperty("java.home"),
                                    Path.of("target", "test-classes").toAbsolutePath(),
                                    Curl.class.getName()));
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static void main(String[] arguments) throws IOException {
        List<String> headers = new ArrayList<>();
        Optional<String> body = Optional.empty();
        Optional<URI> address = Optional.empty();
        boolean showsHeaders = false;
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "-d" -> body = Optional.of(arguments[++i]);
                case "-H" -> headers.add(arguments[++i]);
                case "-i", "-sSi" -> showsHeaders = true;
                case "-sS", "-s", "-N", "-sSN" -> {}
                default -> address = Optional.of(URI.create(arguments[i]));
            }
        }
        URI uri = address.orElseThrow();
        byte[] bytes = body.orElse("").getBytes(StandardCharsets.UTF_8);
        StringBuilder request = new StringBuilder(body.isPresent() ? "POST " : "GET ")
                .append(uri.getRawPath())
                .append(" HTTP/1.0\r\nHost: ")
                .append(uri.getAuthority())
                .append("\r\n");
        headers.forEach(header -> request.append(header).append("\r\n"));
        if (body.isPresent()) {
            request.append("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ")
                    .append(bytes.length)
                    .append("\r\n");
        }
        try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write(request.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
            out.write(bytes);
            out.flush();
            InputStream in = socket.getInputStream();
            String header = header(in);
            if (showsHeaders) {
                System.out.print(header);
            }
            in.transferTo(System.out);
        }
        System.out.flush();
    }

    private static String header(InputStream in) throws IOException {
        StringBuilder header = new StringBuilder();
        while (header.indexOf("\r\n\r\n") < 0) {
            int character = in.read();
            if (character < 0) {
                throw new IOException("the reply ended in its header: " + header);
            }
            header.append((char) character);
        }
        return header.toString();
    }
}
