/**
 * An HTTP/1.1 server on Netty, as the engine of camel-platform-http. Exports nothing: routes meet it as the service
 * {@code PlatformHttpEngine}, and what they are given are types of the JDK.
 */
package io.sommelier.http.engine;
