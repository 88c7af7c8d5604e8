/** How replies and failures look in HTTP. */
package io.sommelier.gateway.http.internal.reply;
