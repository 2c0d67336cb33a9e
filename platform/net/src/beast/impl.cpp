// The compiled parts of Asio and Beast, once for the whole product.
#include <boost/asio/impl/src.hpp>
#include <boost/beast/src.hpp>
