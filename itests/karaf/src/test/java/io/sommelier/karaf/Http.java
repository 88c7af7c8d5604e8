package io.sommelier.karaf;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/** The HTTP side of a Karaf. Thread-safe. */
final class Http {
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String root;

    Http(Karaf karaf) {
        root = "http://127.0.0.1:" + karaf.ports().http();
    }

    private HttpRequest command(String target, String operation, String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(root + "/commands/" + target + "/" + operation))
                .POST(HttpRequest.BodyPublishers.ofString(body));
        return headers.length == 0 ? request.build() : request.headers(headers).build();
    }

    /** Sends a command; headers are names and values in turn. */
    CompletableFuture<HttpResponse<String>> send(String target, String operation, String body, String... headers) {
        return client.sendAsync(command(target, operation, body, headers), BodyHandlers.ofString());
    }

    /** Sends a command and waits for its reply. */
    HttpResponse<String> post(String target, String operation, String body, String... headers) throws IOException {
        return await(command(target, operation, body, headers), BodyHandlers.ofString());
    }

    /** Posts to any path. */
    HttpResponse<String> post(String path, String body) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(root + "/" + path))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        return await(request, BodyHandlers.ofString());
    }

    /** Sends a command, and gives the reply when it begins. */
    InputStream stream(String target, String operation, String body, String... headers) throws IOException {
        return await(command(target, operation, body, headers), BodyHandlers.ofInputStream())
                .body();
    }

    /** Sends a command and gives the connection, so that a test can leave it. */
    Socket begin(String target, String operation, String ttl) throws IOException {
        URI address = URI.create(root);
        Socket socket = new Socket(address.getHost(), address.getPort());
        socket.setSoTimeout(30_000);
        String request = "POST /commands/" + target + "/" + operation
                + " HTTP/1.1\r\nHost: localhost\r\nSommelier-Ttl: " + ttl + "\r\nContent-Length: 0\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    HttpResponse<String> get(String path) throws IOException {
        return await(HttpRequest.newBuilder(URI.create(root + path)).build(), BodyHandlers.ofString());
    }

    private <T> HttpResponse<T> await(HttpRequest request, BodyHandler<T> body) throws IOException {
        try {
            return client.send(request, body);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
