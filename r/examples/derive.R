library(RcppArmagrad)
shapes <- c(X = "n,d", w = "d,1", y = "n,1", l2 = "")
ag_derive("accu(log(1 + exp(X*w))) - y'*X*w + l2/2*(w'*w)", "w", shapes)
ag_derive("accu(square(X*w - y))", "w", shapes[1:3], hessian = TRUE)
